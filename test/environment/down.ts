/** Ends the environment: every process, mount, interface, rule and file of its run. */
import { existsSync, readFileSync } from 'node:fs';
import { clusterDown, processesDown } from '../cluster/cluster.ts';
import { ENVIRONMENT_FILE } from '../support/paths.ts';
import { step, stopStepsOn } from '../support/step.ts';
import { sleep } from '../support/wait.ts';
import type { Environment } from './environment.ts';
import { emptyGivenCluster } from './givenCluster.ts';

/** How long an interrupted step may take to notice. */
const PATIENCE_MS = 5_000;
const NOTICE_MS = 100;

export async function down(): Promise<void> {
  const file = ENVIRONMENT_FILE;
  const environment = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Environment) : undefined;
  if ((environment?.cluster ?? process.env.FRWP_CLUSTER) !== 'kubeconfig') return clusterDown();
  try {
    if (environment) await emptyGivenCluster(environment);
  } finally {
    await processesDown();
  }
}

/**
 * Runs `work` and ends the environment afterwards, whatever happens: also on
 * Ctrl-C and SIGTERM, once what is under way has noticed.
 */
export async function withCleanup<T>(work: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error('interrupted'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  stopStepsOn(controller.signal);
  const outOfPatience = new Promise<never>((_, reject) =>
    controller.signal.addEventListener('abort', () => {
      setTimeout(() => reject(controller.signal.reason), PATIENCE_MS);
    }),
  );
  try {
    return await Promise.race([work(controller.signal), outOfPatience]);
  } catch (error) {
    // Ctrl-C ends children too, and that a step failed of it may be noticed before the signal is.
    await sleep(NOTICE_MS);
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    stopStepsOn(new AbortController().signal);
    await step('ending what was started', down);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
