/** Carries a plan out, in its order. */
import { applyStep } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Plan } from '../pool/plan.ts';
import type { Logger } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';

/** @throws KubeError of the first step that fails; the steps after it are left for the next attempt. */
export async function execute(client: KubeClient, log: Logger, pool: string, plan: Plan): Promise<void> {
  for (const step of plan.steps) {
    await applyStep(client, step);
    const object =
      step.action === 'scale'
        ? { kind: 'Deployment', name: step.name }
        : { kind: step.manifest.kind, name: step.manifest.metadata.name };
    metrics.writes.inc({ action: step.action, kind: object.kind });
    log.info('wrote', { pool, action: step.action, ...object });
  }
}
