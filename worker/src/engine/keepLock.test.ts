import { expect, test } from '@jest/globals';
import type { EngineErrorCode } from './errors.ts';
import { afterExtensionError, longestHoldMs } from './keepLock.ts';

test.each<[string, EngineErrorCode, string]>([
  ['a task that the engine does not know is gone', 'NOT_FOUND', 'gone'],
  ['a lock that another worker has is lost', 'LOCKED_BY_OTHER', 'lock_lost'],
  ['a lock that has ended is lost', 'BAD_REQUEST', 'lock_lost'],
  ['a node that is away says nothing', 'UNREACHABLE', 'again'],
  ['an answer that did not come says nothing', 'NO_ANSWER', 'again'],
  ['another transaction says nothing', 'CONFLICT', 'again'],
  ['rotated credentials say nothing', 'UNAUTHENTICATED', 'again'],
])('%s', (_what, code, result) => {
  expect(afterExtensionError(code)).toBe(result);
});

test('a task is held as long as its calls can take, at least one lock', () => {
  expect(longestHoldMs(30_000, 8_000, 3)).toBe(39_000);
  expect(longestHoldMs(60_000, 8_000, 3)).toBe(60_000);
});
