/** Reads what the scaling of a pool does, from the API server. */
import { AppsV1Api, AutoscalingV2Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';

export interface Scale {
  /** `spec.replicas`: what was last asked of the Deployment. */
  desired: number;
  /** Pods that exist, and those that are ready. */
  replicas: number;
  ready: number;
  hpaDesired?: number;
  minReplicas: number;
  maxReplicas: number;
}

/** One event about the pool or its HPA. */
export interface ScaleEvent {
  at: string;
  object: string;
  reason: string;
  message: string;
}

export interface ScaleReader {
  scale(): Promise<Scale>;
  /** Events since `since`, oldest first. */
  events(since: Date): Promise<ScaleEvent[]>;
  /** The text of `/metrics` of every worker pod that answers, by pod. */
  workerMetrics(): Promise<Map<string, string>>;
}

const METRICS_PORT = 9090;

export function scaleReader(kubeconfig: string, namespace: string, pool: string): ScaleReader {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const apps = config.makeApiClient(AppsV1Api);
  const autoscaling = config.makeApiClient(AutoscalingV2Api);
  const core = config.makeApiClient(CoreV1Api);
  return {
    async scale() {
      const [deployment, hpa] = await Promise.all([
        apps.readNamespacedDeployment({ name: pool, namespace }),
        autoscaling.readNamespacedHorizontalPodAutoscaler({ name: `${pool}-hpa`, namespace }),
      ]);
      return {
        desired: deployment.spec?.replicas ?? 1,
        replicas: deployment.status?.replicas ?? 0,
        ready: deployment.status?.readyReplicas ?? 0,
        ...(hpa.status?.desiredReplicas !== undefined && { hpaDesired: hpa.status.desiredReplicas }),
        minReplicas: hpa.spec?.minReplicas ?? 1,
        maxReplicas: hpa.spec?.maxReplicas ?? 1,
      };
    },
    async events(since) {
      const { items } = await core.listNamespacedEvent({ namespace });
      return items
        .filter(({ involvedObject: { kind, name } }) =>
          kind === 'HorizontalPodAutoscaler'
            ? name === `${pool}-hpa`
            : kind === 'FareRuleWorkerPool' && name === pool,
        )
        .map((event) => ({
          at: new Date(event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? 0).toISOString(),
          object: event.involvedObject.kind === 'FareRuleWorkerPool' ? 'pool' : 'HPA',
          reason: event.reason ?? '',
          message: event.message ?? '',
        }))
        .filter(({ at }) => Date.parse(at) >= since.getTime())
        .sort((a, b) => a.at.localeCompare(b.at));
    },
    async workerMetrics() {
      const labelSelector = `app.kubernetes.io/name=llm-worker,app.kubernetes.io/instance=${pool}`;
      const { items } = await core.listNamespacedPod({ namespace, labelSelector });
      const texts = new Map<string, string>();
      for (const name of items.map((pod) => pod.metadata?.name ?? '')) {
        const target = { name: `${name}:${METRICS_PORT}`, namespace, path: 'metrics' };
        // A pod that is starting or ending does not answer; its last figures stay.
        const text = await core.connectGetNamespacedPodProxyWithPath(target).catch(() => undefined);
        if (text !== undefined) texts.set(name, text);
      }
      return texts;
    },
  };
}
