import type { FareRuleWorkerPool, PoolSpec } from '../../../../crds/src/pool.ts';
import { autoscalerName, BACKLOG_METRIC, ownedMeta, POOL_LABEL, workloadName } from '../names.ts';
import type { Manifest } from '../objects.ts';
import type { HpaSpec } from '../scaling/hpa.ts';

/**
 * Scales the Deployment by backlog, and by CPU where the cluster measures it:
 * a metric that nobody serves would stop scale-down for good.
 * @param bounds of this moment: every limit of the pool has to be in them, or the CPU signal would not obey it
 */
export function autoscaler(
  pool: FareRuleWorkerPool,
  spec: PoolSpec,
  { minReplicas, maxReplicas, behavior }: HpaSpec,
  cpuMetricsServed: boolean,
): Manifest {
  const { scaling } = spec;
  const name = pool.metadata.name;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: ownedMeta(pool, autoscalerName(name)),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workloadName(name) },
      minReplicas,
      maxReplicas,
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
      behavior,
    },
  };
}
