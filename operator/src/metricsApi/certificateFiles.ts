/**
 * A certificate that somebody else makes and renews (cert-manager, or a Secret that is kept by hand), as the
 * kubelet mounts it. Bad files stop the start; bad ones that come later are told once, and what is served stays.
 */
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, OperatorError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { CERTIFICATE_FILES, type CertificateTexts, certificateProblem } from './certificateProblem.ts';
import type { CertificateSource } from './servingCertificates.ts';
import type { ServingCertificate } from './tls.ts';

export class CertificateFiles implements CertificateSource {
  private readonly directory: string;
  private readonly hostname: string;
  private readonly log: Logger;
  /** What was said last, so that it is said once. */
  private told: string | undefined;
  /** Seen once: half of a change that is under way is no news. */
  private suspected: string | undefined;

  constructor(directory: string, hostname: string, log: Logger) {
    this.directory = directory;
    this.hostname = hostname;
    this.log = log;
  }

  /** @throws OperatorError that names the file and what is wrong with it. */
  async first(): Promise<ServingCertificate> {
    return this.read();
  }

  async newer({ cert, key, ca }: ServingCertificate): Promise<ServingCertificate | undefined> {
    try {
      const found = await this.read();
      this.told = undefined;
      this.suspected = undefined;
      return found.cert === cert && found.key === key && found.ca === ca ? undefined : found;
    } catch (error) {
      this.complain(errorMessage(error));
      return undefined;
    }
  }

  private complain(problem: string): void {
    if (this.suspected === problem && this.told !== problem) {
      this.told = problem;
      this.log.error('certificate not renewed, the former one is served', { error: problem });
    }
    this.suspected = problem;
  }

  private async read(): Promise<ServingCertificate> {
    const texts = await this.texts();
    const problem = certificateProblem(texts, this.hostname);
    if (problem) throw this.bad(problem);
    // Whoever writes the files renews them in time.
    return {
      cert: texts['tls.crt'],
      key: texts['tls.key'],
      ca: texts['ca.crt'],
      renewAt: Number.POSITIVE_INFINITY,
    };
  }

  /** All three from one state of the volume, which the kubelet changes by a symbolic link. */
  private async texts(): Promise<CertificateTexts> {
    const volume = await realpath(join(this.directory, '..data')).catch(() => this.directory);
    const missing: string[] = [];
    const entries = await Promise.all(
      CERTIFICATE_FILES.map(async (file) => {
        const text = await readFile(join(volume, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
          missing.push(error.code === 'ENOENT' ? `${file} is missing` : `${file}: ${error.code}`);
          return '';
        });
        return [file, text] as const;
      }),
    );
    if (missing.length > 0) throw this.bad(missing.sort().join(', '));
    return Object.fromEntries(entries) as CertificateTexts;
  }

  private bad(problem: string): OperatorError {
    const message = `METRICS_API_CERT_DIR ${this.directory}: ${problem}`;
    return new OperatorError('certificate_files', message, true);
  }
}
