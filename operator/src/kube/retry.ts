/** How long to wait before a request that failed is sent again. Pure. */
export const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** Half as much again comes on top by chance. */
const LAST_REFUSED_RETRY_MS = 20_000;
/** A right that was missing for so long may be missing for a tenth of it more. */
const SHARE = 0.1;

/**
 * Twice the wait before, up to a limit. A right that is missing may be missing for good, and each such request is one
 * that the API server refuses: the longer it is missing, the longer the limit.
 * @param beforeMs the wait before
 * @param refusedForMs since when the answer has been that the right is missing; undefined for any other failure
 */
export function nextRetry(beforeMs: number, refusedForMs: number | undefined): number {
  const limit = Math.max(LAST_RETRY_MS, Math.min((refusedForMs ?? 0) * SHARE, LAST_REFUSED_RETRY_MS));
  return Math.min(beforeMs * 2, limit);
}
