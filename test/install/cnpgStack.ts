/** The sample stack of a namespace whose database is a CloudNativePG Cluster. */
import type { Kubectl } from '../environment/kubectl.ts';
import { type Stack, stackIn } from './stack.ts';

export interface CnpgStack extends Stack {
  cluster(): Promise<ClusterStatus>;
}

/** What CloudNativePG says of a Cluster, as far as it is needed here. */
export interface ClusterStatus {
  phase?: string;
  readyInstances?: number;
  currentPrimary?: string;
  targetPrimary?: string;
}

export function cnpgStackIn(kubectl: Kubectl, namespace: string): CnpgStack {
  const get = async (...args: string[]) => (await kubectl(['-n', namespace, 'get', ...args])).trim();
  const stack = stackIn(kubectl, namespace);
  const cluster = async () =>
    JSON.parse(
      await get('clusters.postgresql.cnpg.io', 'postgres', '-o', 'jsonpath={.status}'),
    ) as ClusterStatus;
  return {
    ...stack,
    cluster,
    /** The primary's own address. */
    async postgres() {
      const { currentPrimary } = await cluster();
      if (!currentPrimary) throw new Error('the Cluster has no primary');
      const address = await get('pod', currentPrimary, '-o', 'jsonpath={.status.podIP}');
      const password = await stack.secret('postgres-app', 'password');
      return `postgresql://camunda:${encodeURIComponent(password)}@${address}:5432/camunda`;
    },
  };
}
