/**
 * Node's names for what it has against the certificate at the other end, for operator and worker alike: OpenSSL's
 * verification results, and Node's own check of the host's name. Nothing was sent on such a connection.
 */
const REFUSED =
  /^(CERT_|CRL_|ERROR_IN_C|ERR_TLS_CERT|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;

/** @param code of the error that a connection failed with */
export const isCertificateProblem = (code: unknown): boolean =>
  typeof code === 'string' && REFUSED.test(code);
