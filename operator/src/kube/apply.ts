/** The one place that writes owned objects. */
import { KubeError } from '../errors.ts';
import type { Step } from '../pool/plan.ts';
import { DELETION_COST } from '../pool/scaling/deletionCost.ts';
import type { KubeClient } from './client.ts';
import { KINDS } from './kinds.ts';

/** @throws KubeError, a conflict when an object of that name appeared meanwhile. */
export async function applyStep(client: KubeClient, step: Step): Promise<void> {
  switch (step.action) {
    case 'create':
      // Without force: should somebody else have made one in this instant, his fields stay his.
      await client.apply(step.manifest, { force: false });
      return;
    case 'apply':
      await client.apply(step.manifest, { force: true });
      return;
    case 'scale':
      await client.merge(
        KINDS.deployment,
        step.name,
        step.namespace,
        { spec: { replicas: step.replicas } },
        'scale',
      );
      return;
    case 'delete':
      await unlessGone(client.delete(step.object));
      return;
    case 'deletionCost':
      await unlessGone(
        client.merge(KINDS.pod, step.name, step.namespace, {
          metadata: { annotations: { [DELETION_COST]: String(step.cost) } },
        }),
      );
      return;
  }
}

/** What was to be changed or removed may have gone by itself. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 404) throw error;
  }
}
