/** The workers that our operator makes, once more, for KEDA to scale: the same image, requests and probes. */
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Live, TestCluster } from '../../integration/operatorHarness.ts';

export interface Workload {
  deployment: Live;
  /** What its pods refer to. */
  others: Live[];
}

/** Reads a pool's Deployment with its Secrets and its ServiceAccount. */
export async function readWorkload(cluster: TestCluster, pool: string): Promise<Workload> {
  const deployment = await existing(cluster, 'apps/v1', 'Deployment', pool);
  const { serviceAccountName, volumes = [] } = deployment.spec.template.spec as {
    serviceAccountName: string;
    volumes?: { projected?: { sources: { secret?: { name: string } }[] } }[];
  };
  const secrets = volumes.flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ secret }) => (secret ? [secret.name] : [])),
  );
  const others = await Promise.all([
    existing(cluster, 'v1', 'ServiceAccount', serviceAccountName),
    ...secrets.map((name) => existing(cluster, 'v1', 'Secret', name)),
  ]);
  return { deployment, others };
}

/** Pure: the same objects in another namespace, under another name for the Deployment, without an owner. */
export function copies(
  { deployment, others }: Workload,
  namespace: string,
  name: string,
): KubernetesObject[] {
  const labels = { app: name };
  const { template } = deployment.spec;
  return [
    ...others.map(({ metadata, ...rest }) => ({
      ...rest,
      metadata: { name: metadata.name, namespace },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        replicas: 0,
        strategy: deployment.spec.strategy,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: template.spec },
      },
    },
  ] as unknown as KubernetesObject[];
}

async function existing(cluster: TestCluster, apiVersion: string, kind: string, name: string): Promise<Live> {
  const found = await cluster.get(apiVersion, kind, name);
  if (!found) throw new Error(`there is no ${kind} ${name} in ${cluster.namespace}`);
  return { ...found, apiVersion, kind };
}
