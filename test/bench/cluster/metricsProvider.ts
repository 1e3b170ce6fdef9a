/** Who serves external.metrics.k8s.io: one provider a cluster, so each phase has to give it up. */

import type { TestCluster } from '../../integration/operatorHarness.ts';
import { waitFor } from '../../support/wait.ts';

export const API_SERVICE = 'v1beta1.external.metrics.k8s.io';
const API_VERSION = 'apiregistration.k8s.io/v1';

/** Waits until the API is served by this Service. */
export async function providerAvailable(cluster: TestCluster, service: string): Promise<void> {
  await waitFor(
    `external.metrics.k8s.io to be served by ${service}`,
    async () => {
      const found = await cluster.get(API_VERSION, 'APIService', API_SERVICE);
      const conditions: { type: string; status: string }[] = found?.status?.conditions ?? [];
      return (
        found?.spec.service?.name === service &&
        conditions.some(({ type, status }) => type === 'Available' && status === 'True')
      );
    },
    { timeoutMs: 60_000, everyMs: 250 },
  );
}

/** Takes the APIService away: the next phase brings its own. */
export async function dropProvider(cluster: TestCluster): Promise<void> {
  if (!(await cluster.get(API_VERSION, 'APIService', API_SERVICE))) return;
  await cluster.objects.delete({
    apiVersion: API_VERSION,
    kind: 'APIService',
    metadata: { name: API_SERVICE },
  });
}
