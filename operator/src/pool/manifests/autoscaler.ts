import { durationMs } from '../../../../crds/src/duration.ts';
import type { FareRuleWorkerPool, PoolSpec } from '../../../../crds/src/pool.ts';
import { autoscalerName, BACKLOG_METRIC, ownedMeta, POOL_LABEL, workloadName } from '../names.ts';
import type { Manifest } from '../objects.ts';

/** Seconds of a scaling policy: the autoscaler's own sync period. */
const PERIOD_SECONDS = 15;

/**
 * Scales the Deployment by backlog, and by CPU where the cluster measures it:
 * a metric that nobody serves would stop scale-down for good.
 */
export function autoscaler(pool: FareRuleWorkerPool, spec: PoolSpec, cpuMetricsServed: boolean): Manifest {
  const { scaling } = spec;
  const name = pool.metadata.name;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: ownedMeta(pool, autoscalerName(name)),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workloadName(name) },
      minReplicas: scaling.minReplicas,
      maxReplicas: scaling.maxReplicas,
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: BACKLOG_METRIC, selector: { matchLabels: { [POOL_LABEL]: name } } },
            target: { type: 'AverageValue', averageValue: String(scaling.tasksPerReplica) },
          },
        },
        ...(cpuMetricsServed && scaling.cpuUtilization > 0
          ? [
              {
                type: 'Resource',
                resource: {
                  name: 'cpu',
                  target: { type: 'Utilization', averageUtilization: scaling.cpuUtilization },
                },
              },
            ]
          : []),
      ],
      behavior: {
        // A burst may take the pool from fewest to most pods in one step.
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [{ type: 'Pods', value: scaling.maxReplicas, periodSeconds: PERIOD_SECONDS }],
        },
        scaleDown: {
          stabilizationWindowSeconds: Math.ceil(durationMs(scaling.scaleDownStabilization) / 1_000),
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }],
        },
      },
    },
  };
}
