import { rootCertificates } from 'node:tls';
import { expect, test } from '@jest/globals';
import { isUntrusted, trusting } from './trust.ts';

const [ONE = '', OTHER = ''] = rootCertificates;

test('what connections are made with is made once for each bundle', () => {
  let ca: string | undefined;
  const trusted = trusting(() => ca);
  expect(trusted()).toBeUndefined();
  ca = ONE;
  const first = trusted();
  expect(first).toBeDefined();
  expect(trusted()).toBe(first);
  ca = `${ONE}\n${OTHER}`;
  expect(trusted()).not.toBe(first);
});

test.each(['INVALID_CA', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED', 'CERT_HAS_EXPIRED', 'HOSTNAME_MISMATCH'])(
  'a certificate that Node refuses as %s is not trusted',
  (code) => {
    expect(isUntrusted(Object.assign(new Error(), { code }))).toBe(true);
  },
);

test.each([
  ['text', 'hunter22'],
  ['a key', '-----BEGIN PRIVATE KEY-----\nhunter22\n-----END PRIVATE KEY-----'],
  ['half a certificate', '-----BEGIN CERTIFICATE-----\nhunter22\n-----END CERTIFICATE-----'],
])('%s in the place of certificates makes no connection, and is not repeated', (_what, ca) => {
  let error: unknown;
  try {
    trusting(() => ca)();
  } catch (thrown) {
    error = thrown;
  }
  expect(isUntrusted(error)).toBe(true);
  expect(String(error)).not.toContain('hunter22');
});
