/** What scaling reads out of an observation. */
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { Observation } from '../observation.ts';
import type { Scale } from './hpaMetrics.ts';

export function scaleOf({ live: { deployment } }: Observation): Scale {
  const statusReplicas = deployment?.status?.replicas ?? 0;
  return { specReplicas: deployment?.spec.replicas ?? statusReplicas, statusReplicas };
}

/** A pool that may be at zero still keeps one pod until it has been idle long enough. */
export function fewestPods({ minReplicas }: PoolSpec['scaling'], { specReplicas }: Scale) {
  return minReplicas === 0 && specReplicas > 0
    ? { replicas: 1, because: 'the pool has not been idle for long enough' }
    : { replicas: minReplicas, because: `minReplicas is ${minReplicas}` };
}

/** Why more pods would not help just now. */
export function obstacleOf(
  { live: { deployment } }: Observation,
  problem: string | undefined,
): string | undefined {
  if (!deployment) return 'no Deployment';
  // Not the generation that the status is of: a mere step of the scale makes it lag, too, and for as long as the
  // Deployment controller is busy with others.
  const { replicas = 0, updatedReplicas = 0 } = deployment.status ?? {};
  return problem ?? (updatedReplicas < replicas ? 'rollout' : undefined);
}
