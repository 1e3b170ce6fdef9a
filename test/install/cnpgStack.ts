/** The sample stack of a namespace whose database is a CloudNativePG Cluster. */
import type { Kubectl } from '../environment/kubectl.ts';
import { waitFor } from '../support/wait.ts';
import { type Stack, stackIn } from './stack.ts';

export interface CnpgStack extends Stack {
  cluster(): Promise<ClusterStatus>;
  /** How the primary sees each standby that streams from it: `quorum` for one that may confirm commits. */
  standbys(): Promise<string[]>;
  /** Deletes the Cluster as docs/upgrade.md says and waits until all that belongs to it is gone. */
  removeCluster(): Promise<void>;
}

const CLUSTER = 'clusters.postgresql.cnpg.io/postgres';
const ITS = 'cnpg.io/cluster=postgres';

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
  const cluster = async () => JSON.parse(await get(CLUSTER, '-o', 'jsonpath={.status}')) as ClusterStatus;
  return {
    ...stack,
    cluster,
    async standbys() {
      const { currentPrimary = '' } = await cluster();
      // As the superuser, whom it lets in by its socket: another one sees no details.
      const psql = ['psql', '-qAtc', 'select sync_state from pg_stat_replication'];
      const rows = await kubectl(['-n', namespace, 'exec', currentPrimary, '-c', 'postgres', '--', ...psql]);
      return rows.split('\n').filter(Boolean);
    },
    async removeCluster() {
      await kubectl(['-n', namespace, 'delete', CLUSTER, '--ignore-not-found', '--timeout=120s']);
      await waitFor(
        'instances, volumes and Secrets of the Cluster to go',
        async () => {
          const left = await get('pods,pvc,secrets', '-l', ITS, '-o', 'name');
          if (left) throw new Error(left.replaceAll('\n', ' '));
          return true;
        },
        { timeoutMs: 120_000, everyMs: 1_000 },
      );
    },
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
