/** Certificates to trust beside the usual ones, for new connections. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { isCertificateProblem } from '../../../crds/src/certificates.ts';

/** Whether a connection failed because of the certificate at its other end: nothing was sent. */
export function isUntrusted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && isCertificateProblem(error.code);
}

/** What was given as certificates is something else: with the code that Node has for a CA that is none. */
class InvalidCA extends Error {
  readonly code = 'INVALID_CA';
}

/**
 * What a new connection is made with; undefined while there are no certificates but the usual ones.
 * Made once for each bundle: it holds all the usual certificates, too.
 * @param ca PEM, as of now; it may be rotated.
 */
export function trusting(ca: () => string | undefined): () => SecureContext | undefined {
  let made: { ca: string; context: SecureContext } | undefined;
  return () => {
    const pem = ca();
    if (pem === undefined) return undefined;
    if (made?.ca !== pem) made = { ca: pem, context: contextWith(pem) };
    return made.context;
  };
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** @throws an error that `isUntrusted` where the text is not certificates, which Node itself passes by. */
function contextWith(pem: string): SecureContext {
  try {
    const certificates = (pem.match(CERTIFICATES) ?? []).map((one) => new X509Certificate(one).toString());
    if (certificates.length > 0) {
      return createSecureContext({ ca: [...getCACertificates('default'), ...certificates] });
    }
  } catch {
    // Said below, without repeating what is in the file.
  }
  throw new InvalidCA('not PEM certificates');
}
