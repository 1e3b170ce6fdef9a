/** How fast replicas follow the metric: for the autoscaler's manifest, and for direct mode. */
import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { Behavior } from './hpaBehavior.ts';
import type { Hold } from './pause.ts';

/** Seconds of a scaling policy: the autoscaler's own sync period. */
const PERIOD_SECONDS = 15;

export function behavior({ maxReplicas, scaleDownStabilization }: PoolSpec['scaling'], hold: Hold): Behavior {
  return {
    // A burst may take the pool from fewest to most pods in one step.
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: hold.out ? 'Disabled' : 'Max',
      policies: [{ type: 'Pods', value: maxReplicas, periodSeconds: PERIOD_SECONDS }],
    },
    scaleDown: {
      stabilizationWindowSeconds: Math.ceil(durationMs(scaleDownStabilization) / 1_000),
      selectPolicy: hold.in ? 'Disabled' : 'Max',
      policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }],
    },
  };
}
