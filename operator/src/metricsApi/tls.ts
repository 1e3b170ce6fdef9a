/** A certificate of our own for the metrics API; the APIService tells the API server to trust its CA. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export interface ServingCertificate {
  /** PEM. */
  cert: string;
  key: string;
  ca: string;
  /** When to make the next one, in milliseconds since the epoch. */
  renewAt: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Subject of every CA that is made here. */
export const CA_NAME = 'CN=fareruleworkerpool-metrics-ca';
/** Tolerated difference between our clock and the API server's. */
const SKEW_MS = 3_600_000;

/** Makes a CA and a certificate for one name, and forgets the CA's key. */
export async function servingCertificate(
  hostname: string,
  now: number,
  validMs: number,
): Promise<ServingCertificate> {
  const usages = ['sign', 'verify'] as const;
  const caKeys = await crypto.subtle.generateKey(ALGORITHM, false, usages);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, usages);
  const validity = {
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(now + validMs),
    signingAlgorithm: ALGORITHM,
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: CA_NAME,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: `CN=${hostname}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: hostname }]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: certificate.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    ca: ca.toString('pem'),
    renewAt: now + (validMs * 2) / 3,
  };
}
