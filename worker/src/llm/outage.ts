/**
 * A key or an account that the API refused: left alone for a while, then tried
 * with one call, and left alone for longer if that fails too. Pure.
 */

export interface Outage {
  /** When it is tried again, on the caller's clock. */
  retryAt: number;
  pauseMs: number;
}

const FIRST_MS = 60_000;
const LONGEST_MS = 15 * 60_000;

/** What follows from another refusal. Calls that were under way together count as one. */
export function refusedAgain(before: Outage | undefined, now: number): Outage {
  if (before && now < before.retryAt - before.pauseMs / 2) return before;
  const pauseMs = before ? Math.min(LONGEST_MS, before.pauseMs * 2) : FIRST_MS;
  return { retryAt: now + pauseMs, pauseMs };
}

export function isOut(outage: Outage | undefined, now: number): boolean {
  return outage !== undefined && now < outage.retryAt;
}

/** While one call tries, the others stay away. */
export function tried(outage: Outage, now: number): Outage {
  return isOut(outage, now) ? outage : { ...outage, retryAt: now + FIRST_MS / 2 };
}
