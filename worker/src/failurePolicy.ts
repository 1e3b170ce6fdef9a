/** What becomes of a task that the model could not decide. Pure. */
import type { LlmErrorCode } from './llm/errors.ts';
import type { Outcome } from './outcome.ts';

export interface FailurePolicy {
  /** Manual: a person decides. Retry: it goes back to the engine and comes again. */
  onFailure: 'Manual' | 'Retry';
  /** How often it is given back. */
  retries: number;
  /** How long it then waits, in milliseconds. */
  retryTimeoutMs: number;
  /** What becomes of it after the last time. */
  finally: 'Manual' | 'Incident';
}

export type NextStep =
  | { next: 'complete' }
  /** Report a failure; with 0 retries the engine makes an incident. */
  | { next: 'fail'; retries: number; retryTimeoutMs: number }
  /** Unlock it: another worker has the time that this one has not. */
  | { next: 'giveBack' };

/**
 * Whether a failure may pass: it says something about the API, the key or the time, not about this ticket, so that the
 * same question may be answered later. What is about the ticket goes to a person at once.
 */
const PASSING: Readonly<Record<LlmErrorCode, boolean>> = {
  RATE_LIMITED: true,
  INSUFFICIENT_QUOTA: true,
  UNAUTHENTICATED: true,
  FORBIDDEN: true,
  MODEL_NOT_FOUND: true,
  BAD_REQUEST: false,
  SERVER_ERROR: true,
  TIMEOUT: true,
  CONNECTION: true,
  UNTRUSTED: true,
  MALFORMED_RESPONSE: true,
  REFUSED: false,
  TRUNCATED: false,
  CONTENT_FILTERED: false,
  INVALID_ANSWER: false,
  NO_TIME: true,
  NO_QUOTA: true,
  CANCELLED: true,
};

export function isPassing(code: string): boolean {
  return Object.hasOwn(PASSING, code) && PASSING[code as LlmErrorCode];
}

/**
 * @param retries what the engine says: null until the first failure.
 * @param stopping whether this worker has been told to stop.
 */
export function afterDecision(
  { source, error }: Pick<Outcome, 'source' | 'error'>,
  retries: number | null | undefined,
  policy: FailurePolicy,
  stopping: boolean,
): NextStep {
  if (source !== 'fallback' || !error || !isPassing(error.code)) return { next: 'complete' };
  // The quota is ours, and no call was made: nothing failed, the task waits in the engine like all others.
  if (stopping || error.code === 'NO_QUOTA') return { next: 'giveBack' };
  if (policy.onFailure === 'Manual') return { next: 'complete' };
  // The engine offers no task with 0 retries: the last try is the one that comes with 1.
  const left =
    retries === null || retries === undefined ? policy.retries : Math.min(policy.retries, retries - 1);
  if (left > 0) return { next: 'fail', retries: left, retryTimeoutMs: policy.retryTimeoutMs };
  return policy.finally === 'Manual' ? { next: 'complete' } : { next: 'fail', retries: 0, retryTimeoutMs: 0 };
}
