import { describe, expect, test } from '@jest/globals';
import { afterDecision, type FailurePolicy, isPassing, type NextStep } from './failurePolicy.ts';

const retry: FailurePolicy = { onFailure: 'Retry', retries: 3, retryTimeoutMs: 300_000, finally: 'Manual' };
const incident: FailurePolicy = { ...retry, finally: 'Incident' };
const manual: FailurePolicy = { ...retry, onFailure: 'Manual' };
const failed = (code: string) => ({ source: 'fallback' as const, error: { code, message: 'because' } });
const outage = failed('CONNECTION');
const complete: NextStep = { next: 'complete' };
const fail = (retries: number): NextStep => ({ next: 'fail', retries, retryTimeoutMs: 300_000 });

describe('a task that the model could not decide', () => {
  test.each<[string, FailurePolicy, typeof outage, number | null, NextStep]>([
    ['goes to a person where the pool says so', manual, outage, null, complete],
    ['is given back the first time with all its tries', retry, outage, null, fail(3)],
    ['has one try less the next time', retry, outage, 3, fail(2)],
    ['is given back once more with one', retry, outage, 2, fail(1)],
    ['goes to a person after the last', retry, outage, 1, complete],
    ['or becomes an incident', incident, outage, 1, { next: 'fail', retries: 0, retryTimeoutMs: 0 }],
    ['has no more tries than the pool says now', retry, outage, 9, fail(3)],
    ['goes to a person at once when it is the ticket', retry, failed('INVALID_VARIABLES'), null, complete],
    ['goes to a person at once when the model refuses', retry, failed('REFUSED'), null, complete],
    ['goes to a person at once when the worker has a defect', retry, failed('INTERNAL'), null, complete],
  ])('%s', (_what, policy, outcome, retries, step) => {
    expect(afterDecision(outcome, retries, policy, false)).toEqual(step);
  });

  test('is handed to another worker when this one is stopping, whatever the policy', () => {
    expect(afterDecision(outage, null, manual, true)).toEqual({ next: 'giveBack' });
    expect(afterDecision(failed('REFUSED'), null, manual, true)).toEqual(complete);
  });
});

test('a task for which the quota left no call waits in the engine, whatever the policy', () => {
  for (const policy of [manual, retry, incident]) {
    expect(afterDecision(failed('NO_QUOTA'), 1, policy, false)).toEqual({ next: 'giveBack' });
  }
});

test('what the model decided completes the task', () => {
  expect(afterDecision({ source: 'llm' }, 1, incident, true)).toEqual(complete);
});

test('a code that is inherited from objects is no failure of the model', () => {
  expect(isPassing('toString')).toBe(false);
});
