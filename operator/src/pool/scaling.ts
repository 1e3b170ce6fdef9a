/** How many pods the backlog asks for: the HorizontalPodAutoscaler's own formula, so that the two agree. */
import type { PoolSpec } from '../../../crds/src/pool.ts';
import type { Backlog } from './observation.ts';

/** The autoscaler's default tolerance, up and down. */
const TOLERANCE = 0.1;

export interface ScalingAnswer {
  /** Absent while the backlog is unknown: replicas hold. */
  desired?: number;
  /** One sentence with the numbers. */
  reason: string;
}

/**
 * @param current pods that exist now (`status.replicas`); within the tolerance they stay.
 */
export function desiredReplicas(
  scaling: PoolSpec['scaling'],
  backlog: Backlog,
  current: number,
): ScalingAnswer {
  if (!backlog.known) {
    return {
      reason: `Holds ${pods(current)}: the backlog is unknown (${backlog.reason ?? 'not asked yet'}).`,
    };
  }
  const { minReplicas, maxReplicas, tasksPerReplica } = scaling;
  const tasks = backlog.pending + backlog.inFlight;
  const asked = proportional(tasks, tasksPerReplica, current);
  const desired = Math.min(Math.max(asked, minReplicas), maxReplicas);
  const counted = `${backlog.pending} waiting and ${backlog.inFlight} in work at ${tasksPerReplica} a pod`;
  if (asked > maxReplicas)
    return { desired, reason: `${counted} ask for ${asked}, held at maxReplicas ${maxReplicas}.` };
  if (asked < minReplicas)
    return { desired, reason: `${counted} ask for ${asked}, held at minReplicas ${minReplicas}.` };
  const ideal = Math.ceil(tasks / tasksPerReplica);
  return asked === ideal
    ? { desired, reason: `${counted} ask for ${asked}.` }
    : { desired, reason: `${counted} ask for ${ideal}, within the tolerance of ${asked}.` };
}

/** The answer before the limits. */
function proportional(tasks: number, target: number, current: number): number {
  if (current > 0 && Math.abs(tasks / (target * current) - 1) <= TOLERANCE) return current;
  return Math.ceil(tasks / target);
}

const pods = (count: number) => (count === 1 ? '1 pod' : `${count} pods`);
