/** Carries a plan out, in its order. */
import { applyStep } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Plan, Step } from '../pool/plan.ts';
import type { Logger } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';

/**
 * @param observedAt milliseconds since the epoch
 * @throws KubeError of the first step that fails; the steps after it are left for the next attempt.
 */
export async function execute(
  client: KubeClient,
  log: Logger,
  pool: string,
  plan: Plan,
  observedAt: number,
): Promise<void> {
  for (const step of plan.steps) {
    await applyStep(client, step);
    if (step.action === 'scale') metrics.decisionToWrite.observe((Date.now() - observedAt) / 1_000);
    const object = touched(step);
    metrics.writes.inc({ action: step.action, kind: object.kind });
    log.info('wrote', { pool, action: step.action, ...object });
  }
}

function touched(step: Step): { kind: string; name: string } {
  switch (step.action) {
    case 'scale':
      return { kind: 'Deployment', name: step.name };
    case 'deletionCost':
    case 'directives':
      return { kind: 'Pod', name: step.name };
    case 'delete':
      return { kind: step.object.kind, name: step.object.metadata.name };
    default:
      return { kind: step.manifest.kind, name: step.manifest.metadata.name };
  }
}
