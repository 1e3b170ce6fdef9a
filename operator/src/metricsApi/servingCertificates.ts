/** Holds the certificates, has them changed when their turn has come (certificates.ts says when). */
import type { Logger } from '../telemetry/log.ts';
import {
  type Certificates,
  caBundle,
  forgotten,
  renewed,
  stored,
  switched,
  takingOver,
  turn,
} from './certificates.ts';
import type { ServingCertificate } from './tls.ts';

/** Where certificates come from. */
export interface CertificateSource {
  /** The one to begin with. */
  first(): Promise<ServingCertificate>;
  /** One to serve in the place of this one, if there is reason to. */
  newer(than: ServingCertificate): Promise<ServingCertificate | undefined>;
}

export interface CertificateOptions {
  source: CertificateSource;
  log: Logger;
  /** Another certificate is to be served. */
  onCertificate: () => void;
}

export class ServingCertificates {
  private readonly options: CertificateOptions;
  private certificates: Certificates;

  static async create(options: CertificateOptions): Promise<ServingCertificates> {
    return new ServingCertificates(options, await options.source.first());
  }

  private constructor(options: CertificateOptions, serving: ServingCertificate) {
    this.options = options;
    this.certificates = { serving, former: [] };
  }

  get serving(): ServingCertificate {
    return this.certificates.serving;
  }

  /** PEM of the CAs that are to be trusted. */
  get bundle(): string {
    return caBundle(this.certificates);
  }

  /** @param bundle of the leader before, as the APIService has it */
  async takeOver(bundle: string | undefined): Promise<void> {
    // While others led nobody asked for it: one that has grown old is replaced at once.
    const fresh = (await this.options.source.newer(this.serving)) ?? this.serving;
    this.certificates = takingOver(fresh, bundle);
    this.options.onCertificate();
  }

  /** Does what time, or whoever makes the certificates, has brought. */
  async turn(): Promise<void> {
    const newer = await this.options.source.newer(this.certificates.next ?? this.serving);
    if (newer) {
      this.certificates = renewed(this.certificates, newer);
      return;
    }
    const now = Date.now();
    switch (turn(this.certificates, now)) {
      case 'switch':
        this.certificates = switched(this.certificates, now);
        this.options.onCertificate();
        this.options.log.info('certificate renewed');
        return;
      case 'forget':
        this.certificates = forgotten(this.certificates);
        return;
      case 'wait':
        return;
    }
  }

  /** The bundle is in the APIService; whether it had to be written. */
  stored(wrote: boolean): void {
    this.certificates = stored(this.certificates, wrote, Date.now());
  }
}
