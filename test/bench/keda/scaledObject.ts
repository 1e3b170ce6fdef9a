/** Deployments that KEDA scales by the same count with the same target. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { ON_HOLLOW_NODE } from '../cluster/hollowNode.ts';
import { RIGHT, type Start, TASKS_PER_REPLICA } from '../reaction/target.ts';

export interface ScaledObjectOptions {
  namespace: string;
  name: string;
  engine: string;
  topic: string;
  from: Start;
  /** Seconds; left out: KEDA's default, 30. */
  pollingInterval?: number;
  /** Seconds without work until it goes to zero. Only the way down: no reaction depends on it. */
  cooldownPeriod?: number;
  /** Seconds that HPA waits before it removes pods: again only the way down. */
  scaleDownWindow?: number;
}

/**
 * KEDA has no scaler for this engine: its metrics-api scaler reads the count. HPA's own limits on the
 * way up are lifted, as the operator lifts them for its pools; they would cost KEDA two more syncs.
 */
export function scaledObject(options: ScaledObjectOptions): KubernetesObject {
  const {
    namespace,
    name,
    engine,
    topic,
    from,
    pollingInterval,
    cooldownPeriod = 1,
    scaleDownWindow = 0,
  } = options;
  const params = new URLSearchParams({ topicName: topic, withRetriesLeft: 'true', active: 'true' });
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { name },
      ...(pollingInterval !== undefined && { pollingInterval }),
      cooldownPeriod,
      minReplicaCount: from,
      maxReplicaCount: RIGHT,
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: 0,
              policies: [{ type: 'Pods', value: 1_000, periodSeconds: 15 }],
            },
            scaleDown: { stabilizationWindowSeconds: scaleDownWindow },
          },
        },
      },
      triggers: [
        {
          type: 'metrics-api',
          metadata: {
            url: `${engine}/external-task/count?${params}`,
            valueLocation: 'count',
            targetValue: String(TASKS_PER_REPLICA),
          },
        },
      ],
    },
  } as KubernetesObject;
}

/** A Deployment for KEDA to scale, with as little in its pods as there can be. */
export function scaledDeployment(namespace: string, name: string, replicas: number): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...ON_HOLLOW_NODE,
          automountServiceAccountToken: false,
          containers: [{ name: 'worker', image: 'localhost/pause:1' }],
        },
      },
    },
  } as KubernetesObject;
}
