import { describe, expect, test } from '@jest/globals';
import { APIConnectionError, APIError } from 'openai';
import { LlmError, retryAfterMs, toLlmError } from './errors.ts';

const context = { timedOut: false, nowMs: Date.parse('2026-11-01T00:00:00Z') };
const http = (status: number, body: object = {}, headers: Record<string, string> = {}) =>
  APIError.generate(status, { error: body }, undefined, new Headers(headers));

const unreached = (code: string) => {
  const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });
  return new APIConnectionError({ cause });
};

test.each<[string, unknown, string, boolean]>([
  ['429', http(429), 'RATE_LIMITED', true],
  ['an exhausted account', http(429, { code: 'insufficient_quota' }), 'INSUFFICIENT_QUOTA', false],
  ['an exhausted account, by type', http(429, { type: 'insufficient_quota' }), 'INSUFFICIENT_QUOTA', false],
  ['a question that Azure filters', http(400, { code: 'content_filter' }), 'CONTENT_FILTERED', false],
  ['401', http(401), 'UNAUTHENTICATED', false],
  ['403', http(403), 'FORBIDDEN', false],
  ['404', http(404), 'MODEL_NOT_FOUND', false],
  ['400', http(400), 'BAD_REQUEST', false],
  ['500', http(500), 'SERVER_ERROR', true],
  ['503', http(503), 'SERVER_ERROR', true],
  ['a cut connection', new APIConnectionError({}), 'CONNECTION', true],
  ['a body that is no JSON', new SyntaxError('Unexpected token'), 'MALFORMED_RESPONSE', true],
])('%s is %s', (_what, error, code, retryable) => {
  expect(toLlmError(error, context)).toMatchObject({ code, retryable });
});

test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED'])(
  'a certificate that is not trusted is told apart, however deep the reason is: %s',
  (code) => {
    expect(toLlmError(unreached(code), context).code).toBe('UNTRUSTED');
  },
);

test.each<[string, LlmError, boolean]>([
  ['that was not answered in time', toLlmError(new Error(), { ...context, timedOut: true }), true],
  ['that we ended', toLlmError(new Error(), { ...context, cancelled: true }), true],
  ['whose connection was cut', toLlmError(new APIConnectionError({}), context), true],
  ['whose answer cannot be read', toLlmError(new SyntaxError('Unexpected token'), context), true],
  ['that did not get through', toLlmError(unreached('ECONNREFUSED'), context), false],
  ['whose handshake took too long', toLlmError(unreached('ERR_TLS_HANDSHAKE_TIMEOUT'), context), false],
  ['to a name that does not exist', toLlmError(unreached('ENOTFOUND'), context), false],
  ['to a port without TLS', toLlmError(unreached('ERR_SSL_WRONG_VERSION_NUMBER'), context), false],
  ['to a machine that does not answer', toLlmError(unreached('NOT_CONNECTED'), context), false],
  ['that was refused', toLlmError(http(429), context), false],
  ['that failed there', toLlmError(http(500), context), false],
])('a call %s may have cost something or not', (_what, error, expected) => {
  expect(error.mayHaveCost).toBe(expected);
});

test('a call that was cancelled is no failure of the API', () => {
  expect(toLlmError(new APIConnectionError({}), { ...context, cancelled: true }).code).toBe('CANCELLED');
});

test('our own time-out is a time-out, whatever the SDK calls it', () => {
  expect(toLlmError(new APIConnectionError({}), { ...context, timedOut: true }).code).toBe('TIMEOUT');
});

test("the API's text, which can repeat part of a key, is not repeated", () => {
  const error = toLlmError(http(401, { message: 'Incorrect API key provided: sk-abc' }), context);
  expect(error.message).toBe('the LLM API does not accept the key (HTTP 401)');
});

test('a wrong answer is quoted and cut', () => {
  const { message } = new LlmError('INVALID_ANSWER', { answer: `"\n${'x'.repeat(100)}` });
  expect(message).toContain('"\\"\\nxxx');
  expect(message.length).toBeLessThan(120);
});

describe('Retry-After', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    [{ 'retry-after': '61' }, 61_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Sun, 01 Nov 2026 00:00:05 GMT' }, 5_000],
    [{ 'retry-after': 'Sat, 31 Oct 2026 00:00:05 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j means %p ms', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), context.nowMs)).toBe(expected);
  });
});
