/** Makes the certificates when their turn has come (certificates.ts says when) and holds them. */
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
import type { ServiceReference } from './registration.ts';
import { type ServingCertificate, servingCertificate } from './tls.ts';

export interface CertificateOptions {
  service: ServiceReference;
  /** How long a certificate is valid. */
  validMs: number;
  log: Logger;
  /** Another certificate is to be served. */
  onCertificate: () => void;
}

export class ServingCertificates {
  private readonly options: CertificateOptions;
  private certificates: Certificates;

  static async create(options: CertificateOptions): Promise<ServingCertificates> {
    return new ServingCertificates(options, await newCertificate(options));
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
    const fresh = Date.now() < this.serving.renewAt ? this.serving : await newCertificate(this.options);
    this.certificates = takingOver(fresh, bundle);
    this.options.onCertificate();
  }

  /** Does what time has brought. */
  async turn(): Promise<void> {
    const now = Date.now();
    switch (turn(this.certificates, now)) {
      case 'renew':
        this.certificates = renewed(this.certificates, await newCertificate(this.options));
        return;
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

const newCertificate = ({ service, validMs }: CertificateOptions): Promise<ServingCertificate> =>
  servingCertificate(`${service.name}.${service.namespace}.svc`, Date.now(), validMs);
