/**
 * Which key the next call takes. Keys of one group share its limits, so the
 * group is chosen first: one that may be called now, by how many calls it has
 * left. Pure: chance is an argument.
 */

export interface GroupState {
  quotaGroup: string;
  /** Whether one of its keys may be used, as far as is known. */
  usable: boolean;
  /** Milliseconds that the API asked us to leave it alone. */
  coolingMs: number;
  /** Milliseconds until its quota lets another call start. */
  queueMs: number;
  /** Calls that its limits still let through; undefined where the API did not say. */
  remaining: number | undefined;
}

export type GroupChoice =
  | { group: GroupState }
  /** All have to be left alone for so long, in milliseconds. */
  | { waitMs: number }
  | undefined;

/** Waits that differ by less count as equal. */
const QUEUE_STEP_MS = 100;

/**
 * Undefined without groups. Where none is usable all are tried: a refusal may be over.
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function chooseGroup(groups: readonly GroupState[], random: number): GroupChoice {
  if (groups.length === 0) return undefined;
  const usable = groups.filter((group) => group.usable);
  const candidates = usable.length > 0 ? usable : groups;
  const ready = candidates.filter(({ coolingMs }) => coolingMs <= 0);
  if (ready.length === 0) return { waitMs: Math.min(...candidates.map(({ coolingMs }) => coolingMs)) };
  const shortest = Math.min(...ready.map(({ queueMs }) => queueMs));
  const next = ready.filter(({ queueMs }) => queueMs < shortest + QUEUE_STEP_MS);
  // One that has not answered yet is taken for the best, or it would never be known.
  const most = Math.max(1, ...next.map(({ remaining }) => remaining ?? 0));
  const weights = next.map(({ remaining }) => Math.max(remaining ?? most, most / 1_000));
  let point = random * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, group] of next.entries()) {
    point -= weights[index] ?? 0;
    if (point < 0) return { group };
  }
  return { group: next.at(-1) as GroupState };
}
