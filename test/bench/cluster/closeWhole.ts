import type { TestCluster } from '../../integration/operatorHarness.ts';
import { waitFor } from '../../support/wait.ts';

/** Ends a phase with all its objects: what the garbage collector still does would be in the next phase's figures. */
export async function closeWhole(cluster: TestCluster): Promise<void> {
  await cluster.close();
  await waitFor(
    `namespace ${cluster.namespace} to be gone`,
    async () => (await cluster.get('v1', 'Namespace', cluster.namespace)) === undefined,
    { timeoutMs: 600_000, everyMs: 500 },
  );
}
