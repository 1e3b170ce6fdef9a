/** When a pool's pods are asked next. Pure. */

/** While the pool has work, or more pods than it needs. */
const BUSY_MS = 5_000;
const IDLE_MS = 15_000;
/** Pods that never answer, behind a network policy for example, are not worth more. */
const LONGEST_MS = 120_000;
/** Pools drift apart by this share, or those of one moment would all be asked at once for ever. */
const JITTER = 0.2;

export interface Pace {
  busy: boolean;
  /** Rounds in a row in which no pod answered. */
  failures: number;
  /** Whether the pods were never asked. */
  first: boolean;
}

/** @param random from 0 to 1 */
export function delayMs({ busy, failures, first }: Pace, random: number): number {
  // A new leader finds all pools at once.
  if (first) return BUSY_MS * random;
  const base = failures > 0 ? Math.min(IDLE_MS * 2 ** (failures - 1), LONGEST_MS) : busy ? BUSY_MS : IDLE_MS;
  return base * (1 - JITTER + 2 * JITTER * random);
}
