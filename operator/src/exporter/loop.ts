/** Does something again and again, and says once when it fails and once when it works again. */
import { errorCode, errorMessage } from '../errors.ts';
import { pause } from '../support/pause.ts';
import type { Logger } from '../telemetry/log.ts';

export interface LoopOptions {
  /** From the beginning of one turn to that of the next, in ms; the engine rests for a tenth of it at least. */
  everyMs: number;
  signal: AbortSignal;
  /** What is done, for the log. */
  name: string;
  log: Logger;
  fields: Record<string, string>;
}

/** Ends when the signal aborts. */
export async function loop(turn: () => Promise<void>, options: LoopOptions): Promise<void> {
  const { everyMs, signal, name, log, fields } = options;
  let failure: string | undefined;
  while (!signal.aborted) {
    const start = performance.now();
    try {
      await turn();
      if (failure !== undefined) log.info(`${name} again`, fields);
      failure = undefined;
    } catch (error) {
      const message = errorMessage(error);
      if (message !== failure && !signal.aborted) {
        log.warn(`not ${name}`, { ...fields, code: errorCode(error), error: message });
      }
      failure = message;
    }
    await pause(Math.max(everyMs - (performance.now() - start), everyMs / 10), signal);
  }
}
