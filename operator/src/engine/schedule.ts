/** When an engine is asked next. All times in ms; `random` is a number in [0, 1). */

/** While there is work. */
const BUSY_MS = 500;
/** While there is none: how long a first task may go unseen. */
const IDLE_MS = 750;
/** A slow engine is left alone for no longer than this. */
const LONGEST_REST_MS = 1_000;
/** Rounds start early by up to this share, so that many engines are not asked in step. */
const JITTER = 0.1;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;
/** A new question does not wait for the next round, but many new ones share one. */
const HURRY_MS = 20;
const HURRIED_INTERVAL_MS = 250;

export interface LastRound {
  /** Whether any question has tasks that wait or are in work. */
  busy: boolean;
  /** Rounds in a row in which nothing was answered. */
  failures: number;
  elapsedMs: number;
  random: number;
}

/** Pause between the end of a round and the start of the next one. */
export function pauseMs({ busy, failures, elapsedMs, random }: LastRound): number {
  if (failures > 0) return backoffMs(failures, random);
  const interval = (busy ? BUSY_MS : IDLE_MS) * (1 - JITTER * random);
  // A slow engine is left alone for as long as it took, so that asking is at most half of its work.
  return Math.max(interval - elapsedMs, Math.min(elapsedMs, LONGEST_REST_MS));
}

/** Pause after so many failures in a row: doubles, between half and all of it by chance. */
export function backoffMs(failures: number, random: number): number {
  const longest = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
  return longest * (1 - random / 2);
}

/** Pause until a round for a new question, given how long ago the last round began. */
export function hurryMs(sinceLastRoundMs: number): number {
  return Math.max(HURRY_MS, HURRIED_INTERVAL_MS - sinceLastRoundMs);
}
