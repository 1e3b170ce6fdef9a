import { expect, test } from '@jest/globals';
import { LlmError, type LlmErrorCode } from '../llm/errors.ts';
import { signalOf } from './signals.ts';

const answer = {
  content: '',
  problem: undefined,
  tokens: undefined,
  model: 'm',
  usage: undefined,
  requestId: undefined,
};
const failed = (code: LlmErrorCode) => ({ verdict: { error: new LlmError(code) }, durationMs: 5 });

test('an answer is a good call, also where it decides nothing', () => {
  expect(signalOf({ verdict: { decision: 'ALLOWED' }, answer, durationMs: 5 })?.kind).toBe('good');
  expect(signalOf({ ...failed('INVALID_ANSWER'), answer })?.kind).toBe('good');
});

test.each<[LlmErrorCode, string | undefined]>([
  ['RATE_LIMITED', 'overloaded'],
  ['SERVER_ERROR', 'overloaded'],
  ['TIMEOUT', 'overloaded'],
  ['CONNECTION', 'overloaded'],
  ['UNAUTHENTICATED', undefined],
  ['INSUFFICIENT_QUOTA', undefined],
  ['BAD_REQUEST', undefined],
  ['CANCELLED', undefined],
])('a call that ended with %s says: %s', (code, kind) => {
  expect(signalOf(failed(code))?.kind).toBe(kind);
});
