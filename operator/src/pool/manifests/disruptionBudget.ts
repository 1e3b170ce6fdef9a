import type { FareRuleWorkerPool } from '../../../../crds/src/pool.ts';
import { ownedMeta, selectorLabels, workloadName } from '../names.ts';
import type { Deployment, Manifest } from '../objects.ts';

/**
 * Node drains take one worker at a time. `maxUnavailable`, not `minAvailable`:
 * a pool of one pod must not block a drain for ever. Pods that never became
 * ready may always be evicted, so a broken pool does not block one either.
 */
export function disruptionBudget(pool: FareRuleWorkerPool): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ownedMeta(pool, workloadName(pool.metadata.name)),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorLabels(pool.metadata.name) },
    },
  };
}

/**
 * Without pods there is nothing to protect: a pool that starts at zero may never need one.
 * @param minReplicas undefined while the pool's spec is invalid
 */
export const mayNeedBudget = (minReplicas: number | undefined, deployment: Deployment | undefined): boolean =>
  (minReplicas ?? 0) > 0 || (deployment?.spec.replicas ?? 0) > 0;
