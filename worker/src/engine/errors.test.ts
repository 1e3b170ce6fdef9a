import { expect, test } from '@jest/globals';
import { codeOf, toEngineError } from './errors.ts';

const lockedByOther = {
  type: 'RestException',
  message: "External Task 1 cannot be completed by worker 'a'. It is locked by worker 'b'.",
};

test.each<[string, number, unknown, string]>([
  ['another worker has the task', 400, lockedByOther, 'LOCKED_BY_OTHER'],
  ['a bad variable', 400, { message: 'Cannot deserialize' }, 'BAD_REQUEST'],
  ['no credentials', 401, '', 'UNAUTHENTICATED'],
  ['no right', 403, '', 'FORBIDDEN'],
  ['no such task', 404, {}, 'NOT_FOUND'],
  ['optimistic locking', 500, { code: 1 }, 'CONFLICT'],
  ['a deadlock', 500, { code: 10_000 }, 'CONFLICT'],
  ['a text too long for its column', 500, { code: 10_002 }, 'VALUE_TOO_LARGE'],
  ['a fault in the process', 500, { code: 0, message: 'script' }, 'SERVER_ERROR'],
  ['a page instead of an answer', 500, '<html>', 'SERVER_ERROR'],
  ['a node going away', 503, '', 'UNAVAILABLE'],
  ['a gateway without a node', 502, '', 'UNAVAILABLE'],
  ['a redirect', 302, '', 'UNEXPECTED_RESPONSE'],
  ['a page that says all is well', 200, '<html>', 'UNEXPECTED_RESPONSE'],
])('%s (HTTP %d) is recognised', (_what, status, body, code) => {
  expect(codeOf(status, body)).toBe(code);
});

test.each([
  ['a certificate that nobody trusts', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNTRUSTED'],
  ['a port that nobody listens at', 'ECONNREFUSED', 'UNREACHABLE'],
  ['a port without TLS', 'ERR_SSL_WRONG_VERSION_NUMBER', 'UNREACHABLE'],
  ['a port without TLS, while the request is written', 'EPROTO', 'UNREACHABLE'],
  ['a connection that is cut', 'ECONNRESET', 'NO_ANSWER'],
])('%s (%s) tells whether something was sent', (_what, code, expected) => {
  expect(toEngineError(Object.assign(new Error(), { code })).code).toBe(expected);
});
