/** The one place that writes owned objects. */
import { DIRECTIVES_ANNOTATION } from '../../../crds/src/directives.ts';
import { KubeError } from '../errors.ts';
import { REPLICAS_MANAGER } from '../pool/names.ts';
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
    case 'keepReplicas':
      await unless(409, client.apply(step.manifest, { force: false, manager: REPLICAS_MANAGER }));
      return;
    case 'delete':
      await unless(404, client.delete(step.object));
      return;
    case 'deletionCost':
      await annotatePod(client, step, DELETION_COST, String(step.cost));
      return;
    case 'directives':
      await annotatePod(client, step, DIRECTIVES_ANNOTATION, step.text);
      return;
  }
}

/** A pod that has gone needs no annotation. */
function annotatePod(
  client: KubeClient,
  { name, namespace }: { name: string; namespace: string },
  annotation: string,
  text: string,
): Promise<void> {
  return unless(
    404,
    client.merge(KINDS.pod, name, namespace, { metadata: { annotations: { [annotation]: text } } }),
  );
}

/** An answer that says that there is nothing left to do: what was to be changed has gone, or is somebody else's by now. */
async function unless(status: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== status) throw error;
  }
}
