import { expect, test } from '@jest/globals';
import { nextDelayMs, type RetrySituation } from './retry.ts';

const first: RetrySituation = {
  attempt: 1,
  maxAttempts: 10,
  error: { retryable: true },
  elsewhere: false,
  remainingMs: 60_000,
  random: 0,
};

test.each<[string, Partial<RetrySituation>, number | undefined]>([
  ['the first wait is short', {}, 200],
  ['chance makes it up to twice as long', { random: 1 }, 400],
  ['waits double', { attempt: 3 }, 800],
  ['waits have an upper limit', { attempt: 9 }, 2_500],
  ['an error that will not go away is not retried', { error: { retryable: false } }, undefined],
  ['the last attempt is the last', { attempt: 10 }, undefined],
  ['what the API asks for is kept', { error: { retryable: true, retryAfterMs: 7_000 } }, 7_000],
  [
    'and spread by chance, later only',
    { error: { retryable: true, retryAfterMs: 7_000 }, random: 0.5 },
    7_150,
  ],
  [
    'it is not ours to keep with another account',
    { error: { retryable: true, retryAfterMs: 61_000 }, elsewhere: true },
    0,
  ],
  ['a wait beyond the lock is not begun', { error: { retryable: true, retryAfterMs: 61_000 } }, undefined],
  ['a wait that leaves no time for a call is not begun', { remainingMs: 400 }, undefined],
  ['a wait that leaves just enough is', { remainingMs: 450 }, 200],
])('%s', (_what, change, delay) => {
  expect(nextDelayMs({ ...first, ...change })).toBe(delay);
});
