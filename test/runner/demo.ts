/** `make demo`: the whole system, from nothing to decided refunds. */
import { runDemo } from '../demo/runDemo.ts';
import { withCleanup } from '../environment/down.ts';
import type { Environment } from '../environment/environment.ts';
import { applyPool, installOperator, installProcess, POOL_NAME, poolReady } from '../environment/install.ts';
import { POOL_NAMESPACE } from '../environment/services.ts';
import { up } from '../environment/up.ts';
import { say, step } from '../support/step.ts';

export async function demo({ once }: { once: boolean }): Promise<number> {
  const start = performance.now();
  let closing = '';
  const code = await withCleanup(async (interrupted) => {
    const environment = await up({
      async meanwhile(here) {
        await step('operator from manifests/', () => installOperator(here));
        await step('sample pool applied', () => applyPool(here));
      },
    });
    await step('process ticket-refund', () => installProcess(environment));
    await step('sample pool ready', () => poolReady(environment));
    say(`ready after ${((performance.now() - start) / 1_000).toFixed(0)} s`);
    const result = await runDemo(environment, { namespace: POOL_NAMESPACE, pool: POOL_NAME });
    closing = result.closingLine;
    sayWhere(environment);
    if (!once) {
      say('\nEverything keeps running: Ctrl-C ends it and cleans up.');
      await new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve()));
    }
    return result.ok ? 0 : 1;
  }).catch((error: unknown) => {
    if (error instanceof Error && error.message === 'interrupted') return closing ? 0 : 130;
    throw error;
  });
  if (closing) say(closing);
  return code;
}

function sayWhere(environment: Environment): void {
  const [engine = ''] = environment.engines;
  const origin = engine.replace(/\/engine-rest$/, '');
  say(`\nCockpit    ${origin}/camunda/app/cockpit/   user demo, password demo`);
  say(`Tasklist   ${origin}/camunda/app/tasklist/  user demo, password demo`);
  say(
    `Metrics    kubectl -n ${POOL_NAMESPACE} get --raw /api/v1/namespaces/${POOL_NAMESPACE}/pods/POD:9090/proxy/metrics`,
  );
  say(`kubectl    export KUBECONFIG=${environment.kubeconfig}`);
}
