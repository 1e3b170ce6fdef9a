/** Certificates of our own, each renewed when two thirds of its time are over. */
import type { CertificateSource } from './servingCertificates.ts';
import { type ServingCertificate, servingCertificate } from './tls.ts';

/** @param validMs how long a certificate is valid */
export function selfMade(hostname: string, validMs: number): CertificateSource {
  const make = (): Promise<ServingCertificate> => servingCertificate(hostname, Date.now(), validMs);
  return {
    first: make,
    newer: async ({ renewAt }) => (Date.now() < renewAt ? undefined : make()),
  };
}
