/**
 * The leader's pod carries a label that the metrics Service selects, so that
 * the API server asks the process whose counts are fresh.
 */
import { GROUP } from '../../../crds/src/pool.ts';
import { KubeError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Pod } from '../pool/objects.ts';

export const LEADER_LABEL = `${GROUP}/leader`;

/**
 * Labels this pod and removes the label from a former leader that could not.
 * @throws KubeError, OperatorError
 */
export async function takeLeaderLabel(
  client: Pick<KubeClient, 'list' | 'merge'>,
  namespace: string,
  self: string,
): Promise<void> {
  const { items } = await client.list<Pod>(KINDS.pod, namespace, { labelSelector: `${LEADER_LABEL}=true` });
  for (const { metadata } of items) {
    // The former leader is likely to be on its way out.
    if (metadata.name !== self) await unlessGone(setLabel(client, namespace, metadata.name, null));
  }
  await setLabel(client, namespace, self, 'true');
}

export function dropLeaderLabel(client: KubeClient, namespace: string, self: string): Promise<unknown> {
  return setLabel(client, namespace, self, null);
}

async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 404) throw error;
  }
}

const setLabel = (client: Pick<KubeClient, 'merge'>, namespace: string, pod: string, value: string | null) =>
  client.merge(KINDS.pod, pod, namespace, { metadata: { labels: { [LEADER_LABEL]: value } } });
