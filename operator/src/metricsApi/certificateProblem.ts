/** What is wrong with a certificate that somebody else made: the API server would refuse it without a word to us. */
import { createPrivateKey, X509Certificate } from 'node:crypto';

export const CERTIFICATE_FILES = ['tls.crt', 'tls.key', 'ca.crt'] as const;
export type CertificateFile = (typeof CERTIFICATE_FILES)[number];

/** PEM of each file. */
export type CertificateTexts = Record<CertificateFile, string>;

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USE = '2.5.29.37.0';

/**
 * The first problem, with the file to look at; undefined when there is none. That it has expired is none: it
 * is served until a better one is there. No text of a file is in the answer.
 * @param hostname that the API server connects to
 */
export function certificateProblem(texts: CertificateTexts, hostname: string): string | undefined {
  for (const file of CERTIFICATE_FILES) if (!texts[file].trim()) return `${file} is empty`;
  const chain = certificates(texts['tls.crt']);
  const authorities = certificates(texts['ca.crt']);
  const [leaf] = chain ?? [];
  if (!leaf || !chain) return 'tls.crt holds no certificate in PEM';
  if (!authorities || authorities.length === 0) return 'ca.crt holds no certificate in PEM';
  const fits = keyFits(leaf, texts['tls.key']);
  if (fits === undefined) return 'tls.key holds no private key in PEM';
  if (!fits) return 'tls.key is not the key of tls.crt';
  // As the API server judges: the common name does not count.
  if (!leaf.checkHost(hostname, { subject: 'never' })) return `tls.crt is not for the name ${hostname}`;
  const uses = leaf.keyUsage as string[] | undefined;
  if (uses && !uses.includes(SERVER_AUTH) && !uses.includes(ANY_USE)) return 'tls.crt is not for servers';
  if (!leadsTo(leaf, chain.slice(1), authorities)) return 'tls.crt was not issued by an authority in ca.crt';
  return undefined;
}

/** Those in a PEM text, in their order; undefined when one of them cannot be read. */
function certificates(text: string): X509Certificate[] | undefined {
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return pems.map((pem) => new X509Certificate(pem));
  } catch {
    return undefined;
  }
}

function keyFits(leaf: X509Certificate, key: string): boolean | undefined {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key));
  } catch {
    return undefined;
  }
}

/** Whether the certificate is an authority itself, was issued by one, or by an intermediate one that was. */
function leadsTo(
  certificate: X509Certificate,
  intermediates: X509Certificate[],
  authorities: X509Certificate[],
): boolean {
  const { fingerprint256 } = certificate;
  if (authorities.some((authority) => authority.fingerprint256 === fingerprint256)) return true;
  const issuedBy = (issuer: X509Certificate) =>
    certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  if (authorities.some(issuedBy)) return true;
  return intermediates.some(
    (issuer, index) => issuedBy(issuer) && leadsTo(issuer, intermediates.toSpliced(index, 1), authorities),
  );
}
