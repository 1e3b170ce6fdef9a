/** Ends the environment: every process, mount, interface, rule and file of its run. */
import { clusterDown } from '../cluster/cluster.ts';
import { stopWhatWasStarted } from '../support/process.ts';

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
  const interrupted = new Promise<never>((_, reject) =>
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason)),
  );
  try {
    return await Promise.race([work(controller.signal), interrupted]);
  } finally {
    await down();
    await stopWhatWasStarted(); // what was interrupted before it was written down
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
