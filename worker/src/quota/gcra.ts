/**
 * Paces calls evenly: for requests and for tokens a moment each, at which all
 * that was taken so far would have been used up at the allowed rate (GCRA, the
 * generic cell rate algorithm). A call may start when both moments are no
 * further ahead than a short burst; taking moves both, or neither. A call that
 * has to wait is given its place now, so that nobody asks twice.
 * `script.ts` does the same on Redis. Pure: the time is an argument.
 */

export interface Limits {
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
}

/** Moments on any clock that all who share the quota have, in milliseconds. */
export interface Buckets {
  requestsAt: number;
  tokensAt: number;
}

/** Milliseconds of one request and of one token; 0 where there is no limit. */
export interface Pace {
  requestMs: number;
  tokenMs: number;
}

export interface Taken {
  /** False when the wait would be longer than allowed; then nothing was taken. */
  ok: boolean;
  /** Milliseconds until the call may start. */
  waitMs: number;
  buckets: Buckets;
}

export const EMPTY: Buckets = { requestsAt: 0, tokensAt: 0 };

/** So much of a limit is used: the API's clock is not ours, and what we call a minute may be less to it. */
const SHARE = 0.98;
/** What may be taken at once after a rest, as time. Long enough for a poll's tasks to start together. */
export const BURST_MS = 1_000;

/** @param sharers how many share the limits without knowing of each other, at least 1 */
export function paceOf({ requestsPerMinute, tokensPerMinute }: Limits, sharers: number): Pace {
  const each = (perMinute: number | undefined) =>
    perMinute === undefined ? 0 : (60_000 * sharers) / (perMinute * SHARE);
  return { requestMs: each(requestsPerMinute), tokenMs: each(tokensPerMinute) };
}

/** Takes one request and `tokens` tokens, or nothing where that means to wait longer than `maxWaitMs`. */
export function take(buckets: Buckets, pace: Pace, tokens: number, now: number, maxWaitMs: number): Taken {
  const { requestsAt, tokensAt } = buckets;
  const waitMs = backlogMs(buckets, now);
  if (waitMs > maxWaitMs) return { ok: false, waitMs, buckets };
  return {
    ok: true,
    waitMs,
    buckets: {
      requestsAt: Math.max(requestsAt, now) + pace.requestMs,
      tokensAt: Math.max(tokensAt, now) + tokens * pace.tokenMs,
    },
  };
}

/** Corrects what a call took to what it used; negative numbers give back. */
export function settle(
  { requestsAt, tokensAt }: Buckets,
  pace: Pace,
  more: { requests: number; tokens: number },
): Buckets {
  return {
    requestsAt: requestsAt + more.requests * pace.requestMs,
    tokensAt: tokensAt + more.tokens * pace.tokenMs,
  };
}

/** Milliseconds until a call could start. */
export function backlogMs({ requestsAt, tokensAt }: Buckets, now: number): number {
  return Math.max(0, Math.max(requestsAt, tokensAt) - now - BURST_MS);
}

/**
 * Calls of `tokens` tokens that could start within `horizonMs`.
 * @param sharers pods that see these same buckets: each may have its part, and all may have the first
 */
export function startable(
  buckets: Buckets,
  pace: Pace,
  tokens: number,
  now: number,
  horizonMs: number,
  sharers: number,
): number {
  const until = now + horizonMs + BURST_MS;
  const fits = (at: number, costMs: number) =>
    costMs === 0 ? Number.POSITIVE_INFINITY : Math.max(0, until - Math.max(at, now)) / costMs;
  const calls = Math.min(
    fits(buckets.requestsAt, pace.requestMs),
    fits(buckets.tokensAt, tokens * pace.tokenMs),
  );
  const share = Math.floor(calls / sharers);
  return share === 0 && backlogMs(buckets, now) === 0 ? 1 : share;
}
