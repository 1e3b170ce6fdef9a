import { expect, test } from '@jest/globals';
import type { EngineErrorCode } from './errors.ts';
import { afterCompleteError, type Step } from './settle.ts';

const done = (settlement: 'completed' | 'gone' | 'lock_lost'): Step => ({ next: 'done', settlement });
const again = (mayHaveWorked: boolean): Step => ({ next: 'again', mayHaveWorked });

test.each<[string, EngineErrorCode, { mayHaveWorked?: boolean; serverErrorsMs?: number }, Step]>([
  ['a task that is gone was cancelled', 'NOT_FOUND', {}, done('gone')],
  [
    'a task that is gone after a lost answer was completed by us',
    'NOT_FOUND',
    { mayHaveWorked: true },
    done('completed'),
  ],
  ['a task that another worker has is dropped', 'LOCKED_BY_OTHER', {}, done('lock_lost')],
  ['a lost answer is asked for again, and may have worked', 'NO_ANSWER', {}, again(true)],
  ['a gateway error may have worked', 'UNAVAILABLE', {}, again(true)],
  ['a refused connection has not worked', 'UNREACHABLE', {}, again(false)],
  [
    'what may have worked once may have worked ever after',
    'UNREACHABLE',
    { mayHaveWorked: true },
    again(true),
  ],
  ['optimistic locking is repeated', 'CONFLICT', {}, again(false)],
  ['rotated credentials are waited for', 'UNAUTHENTICATED', {}, again(false)],
  ['a value that does not fit can never succeed', 'VALUE_TOO_LARGE', {}, { next: 'fail' }],
  ['a request that is refused can never succeed', 'BAD_REQUEST', {}, { next: 'fail' }],
  ['a server error is repeated', 'SERVER_ERROR', { serverErrorsMs: 29_999 }, again(true)],
  ['but not for ever', 'SERVER_ERROR', { serverErrorsMs: 30_000 }, { next: 'fail' }],
])('%s', (_what, code, seen, step) => {
  expect(afterCompleteError(code, { mayHaveWorked: false, serverErrorsMs: 0, ...seen })).toEqual(step);
});
