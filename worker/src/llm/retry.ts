/** When a failed call is repeated. Pure: time and chance are arguments. */

const BASE_MS = 400;
const MAX_MS = 5_000;
/** A call with less time than this is not worth the quota that it uses. */
export const MIN_CALL_MS = 250;

export interface RetrySituation {
  /** Calls made so far, at least 1. */
  attempt: number;
  maxAttempts: number;
  error: { retryable: boolean; retryAfterMs?: number | undefined };
  /** Whether the call can be made with a key of another account, which nobody asked to leave alone. */
  elsewhere: boolean;
  /** Time until the task's lock leaves no more room, in milliseconds. */
  remainingMs: number;
  /** From 0 (inclusive) to 1 (exclusive). */
  random: number;
}

/**
 * Milliseconds to wait before the next call, or undefined when there is none.
 * Doubling from 0.4 s to 5 s with half of it random, so that workers that
 * failed together do not return together; never sooner than the API asked for.
 * A wait that would not leave time for a call is not begun.
 */
export function nextDelayMs({
  attempt,
  maxAttempts,
  error,
  elsewhere,
  remainingMs,
  random,
}: RetrySituation): number | undefined {
  if (!error.retryable || attempt >= maxAttempts) return undefined;
  const backoff = Math.min(MAX_MS, BASE_MS * 2 ** (attempt - 1));
  const jittered = backoff * (0.5 + random / 2);
  const asked = elsewhere ? 0 : error.retryAfterMs;
  const delay = asked === undefined ? jittered : asked + jittered * random;
  return delay + MIN_CALL_MS <= remainingMs ? Math.round(delay) : undefined;
}
