/**
 * Which pod goes first: the one with the least in work. The ReplicaSet
 * controller reads it from an annotation that is not to be written often:
 * only before a step down, and in buckets.
 */
import type { Pod } from '../objects.ts';

export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

export interface CostChange {
  pod: string;
  cost: number;
}

export interface DeletionCosts {
  changes: CostChange[];
  /** Costs that were written and are not seen in the local copy of the pods yet, by pod name. */
  unseen: Record<string, number>;
}

/**
 * The annotations that differ from what they should be, none unless a step down is ahead.
 * @param inFlight tasks by pod name; a pod that was not asked keeps what it has
 * @param unseen as the last answer said: what was just written is not written again
 */
export function deletionCosts(
  pods: Pod[],
  inFlight: Record<string, number>,
  ahead: boolean,
  unseen: Record<string, number> = {},
): DeletionCosts {
  if (!ahead) return { changes: [], unseen: {} };
  const answer: DeletionCosts = { changes: [], unseen: {} };
  for (const { metadata } of pods) {
    const { name } = metadata;
    const tasks = inFlight[name];
    if (tasks === undefined || metadata.deletionTimestamp) continue;
    // What is not annotated costs 0.
    const seen = Number(metadata.annotations?.[DELETION_COST] ?? 0);
    const cost = bucket(tasks);
    if (cost !== (unseen[name] ?? seen)) answer.changes.push({ pod: name, cost });
    if (cost !== seen) answer.unseen[name] = cost;
  }
  return answer;
}

/** 0 for idle, then one more for every doubling: 1, 2–3, 4–7, … */
function bucket(tasks: number): number {
  return tasks <= 0 ? 0 : Math.floor(Math.log2(tasks)) + 1;
}
