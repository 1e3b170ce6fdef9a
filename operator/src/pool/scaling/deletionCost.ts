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

/**
 * The annotations that differ from what they should be, none unless a step down is ahead.
 * @param inFlight tasks by pod name; a pod that was not asked keeps what it has
 */
export function deletionCosts(pods: Pod[], inFlight: Record<string, number>, ahead: boolean): CostChange[] {
  if (!ahead) return [];
  const wanted = pods.flatMap(({ metadata }) => {
    const tasks = inFlight[metadata.name];
    if (tasks === undefined || metadata.deletionTimestamp) return [];
    // What is not annotated costs 0.
    const now = Number(metadata.annotations?.[DELETION_COST] ?? 0);
    return [{ pod: metadata.name, cost: bucket(tasks), now }];
  });
  return wanted.filter(({ cost, now }) => cost !== now).map(({ pod, cost }) => ({ pod, cost }));
}

/** 0 for idle, then one more for every doubling: 1, 2–3, 4–7, … */
function bucket(tasks: number): number {
  return tasks <= 0 ? 0 : Math.floor(Math.log2(tasks)) + 1;
}
