/**
 * Whether the next thing that happens is a step down: the highest answer of
 * the scale-down window, less the time in which the next sync falls, is below
 * what runs. The history is kept as its falling maxima only, a few entries.
 */

/** Two syncs of the autoscaler. */
export const LEAD_MS = 30_000;

export interface Answers {
  /** Since when answers have been seen without a gap. */
  since: number;
  /** Falling numbers at rising times, each the last time that it was the answer: what is older and not larger can never be the maximum again. */
  maxima: { replicas: number; at: number }[];
}

/** @param replicas the answer now, undefined while unknown: a history with a gap predicts nothing */
export function rememberAnswer(
  before: Answers | undefined,
  replicas: number | undefined,
  windowMs: number,
  now: number,
): Answers | undefined {
  if (replicas === undefined) return undefined;
  const [last, ...earlier] = (before?.maxima ?? []).toReversed();
  // Nobody asks while nothing changes: the last answer was the answer until now.
  const held = last ? [...earlier.reverse(), { ...last, at: now }] : [];
  const larger = held.filter((entry) => entry.replicas > replicas && entry.at > now - windowMs);
  return { since: before?.since ?? now, maxima: [...larger, { replicas, at: now }] };
}

/**
 * From when on a step down is ahead, if nothing changes until then: from then on the pool is to be looked at again.
 * @returns milliseconds; undefined while the present answer is no step down
 */
export function stepDownAheadAt(
  answers: Answers | undefined,
  specReplicas: number,
  windowMs: number,
): number | undefined {
  const present = answers?.maxima.at(-1);
  if (!answers || !present || present.replicas >= specReplicas) return undefined;
  const reach = Math.max(windowMs - LEAD_MS, 0);
  const high = answers.maxima.findLast(({ replicas }) => replicas >= specReplicas);
  return Math.max(answers.since + reach, high ? high.at + reach + 1 : 0);
}
