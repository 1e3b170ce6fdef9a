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

export function stepDownAhead(
  answers: Answers | undefined,
  specReplicas: number,
  windowMs: number,
  now: number,
): boolean {
  if (!answers) return false;
  const reach = Math.max(windowMs - LEAD_MS, 0);
  if (answers.since > now - reach) return false;
  const highest = Math.max(
    ...answers.maxima.filter(({ at }) => at >= now - reach).map(({ replicas }) => replicas),
  );
  return highest < specReplicas;
}
