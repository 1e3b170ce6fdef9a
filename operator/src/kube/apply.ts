/** The one place that writes owned objects. */
import type { Step } from '../pool/plan.ts';
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
  }
}
