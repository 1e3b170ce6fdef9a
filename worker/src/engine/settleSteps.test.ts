import { expect, test } from '@jest/globals';
import type { EngineErrorCode } from './errors.ts';
import { afterCompleteError, afterFailureError, type Seen, type Step } from './settleSteps.ts';

const done = (settlement: 'completed' | 'gone' | 'lock_lost'): Step => ({ next: 'done', settlement });
const again = (mayHaveWorked: boolean): Step => ({ next: 'again', mayHaveWorked });

const NOTHING: Seen = { mayHaveWorked: false, serverErrorsMs: 0, lockMs: 20_000 };

test.each<[string, EngineErrorCode, Partial<Seen>, Step]>([
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
  ['nor until the lock is over', 'SERVER_ERROR', { serverErrorsMs: 5_000, lockMs: 5_999 }, { next: 'fail' }],
  [
    'one that has just begun says nothing yet',
    'SERVER_ERROR',
    { serverErrorsMs: 4_999, lockMs: 0 },
    again(true),
  ],
])('completing: %s', (_what, code, seen, step) => {
  expect(afterCompleteError(code, { ...NOTHING, ...seen })).toEqual(step);
});

test.each<[string, EngineErrorCode, Partial<Seen>, ReturnType<typeof afterFailureError>]>([
  ['a task that is gone was cancelled', 'NOT_FOUND', {}, 'gone'],
  ['or completed by us before', 'NOT_FOUND', { mayHaveWorked: true }, 'completed'],
  ['a task that another worker has is dropped', 'LOCKED_BY_OTHER', {}, 'lock_lost'],
  ['a report that is refused can never succeed', 'BAD_REQUEST', {}, 'abandoned'],
  ['a lost answer is asked for again', 'NO_ANSWER', {}, 'again'],
  ['a server error is repeated', 'SERVER_ERROR', { serverErrorsMs: 4_999 }, 'again'],
  ['but not for long', 'SERVER_ERROR', { serverErrorsMs: 5_000 }, 'giveBack'],
  ['nor beyond the lock', 'SERVER_ERROR', { lockMs: 0 }, 'giveBack'],
])('reporting a failure: %s', (_what, code, seen, next) => {
  expect(afterFailureError(code, { ...NOTHING, ...seen })).toBe(next);
});
