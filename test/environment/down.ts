/** Ends the environment: every process, mount, interface, rule and file of its run. */
import { clusterDown } from '../cluster/cluster.ts';
import { step, stopStepsOn } from '../support/step.ts';

/** How long an interrupted step may take to notice. */
const PATIENCE_MS = 5_000;

export async function down(): Promise<void> {
  await clusterDown();
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
  } finally {
    stopStepsOn(new AbortController().signal);
    await step('ending what was started', down);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
