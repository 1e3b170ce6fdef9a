import { expect, it } from '@jest/globals';
import { isCertificateProblem } from './certificates.ts';

it.each([
  ['CERT_HAS_EXPIRED', true],
  ['CERT_NOT_YET_VALID', true],
  ['CERT_SIGNATURE_FAILURE', true],
  ['CERT_CHAIN_TOO_LONG', true],
  ['CERT_REVOKED', true],
  ['CRL_HAS_EXPIRED', true],
  ['ERROR_IN_CERT_NOT_AFTER_FIELD', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', true],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
  ['INVALID_CA', true],
  ['INVALID_PURPOSE', true],
  ['PATH_LENGTH_EXCEEDED', true],
  ['HOSTNAME_MISMATCH', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true],
  // A node that is slow or speaks no TLS says nothing of its certificate.
  ['ERR_TLS_HANDSHAKE_TIMEOUT', false],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false],
  ['EPROTO', false],
  ['ECONNREFUSED', false],
  [undefined, false],
])('%s is about the certificate: %s', (code, about) => {
  expect(isCertificateProblem(code)).toBe(about);
});
