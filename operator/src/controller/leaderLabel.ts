/**
 * The leader's pod carries a label that the metrics Service selects, so that
 * the API server asks the process whose counts are fresh.
 */
import { GROUP } from '../../../crds/src/pool.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Pod } from '../pool/objects.ts';

export const LEADER_LABEL = `${GROUP}/leader`;

/** Labels this pod and removes the label from a former leader that could not. */
export async function takeLeaderLabel(client: KubeClient, namespace: string, self: string): Promise<void> {
  const { items } = await client.list<Pod>(KINDS.pod, namespace, { labelSelector: `${LEADER_LABEL}=true` });
  for (const { metadata } of items) {
    if (metadata.name !== self) await setLabel(client, namespace, metadata.name, null);
  }
  await setLabel(client, namespace, self, 'true');
}

export function dropLeaderLabel(client: KubeClient, namespace: string, self: string): Promise<unknown> {
  return setLabel(client, namespace, self, null);
}

const setLabel = (client: KubeClient, namespace: string, pod: string, value: string | null) =>
  client.merge(KINDS.pod, pod, namespace, { metadata: { labels: { [LEADER_LABEL]: value } } });
