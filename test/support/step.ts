/** Progress for people: one line a step with its time, in the order in which the steps end. */

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`.padStart(8);

/** Prints one line of progress that is not a step of its own. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

let stopSignal: AbortSignal | undefined;

/** From when this signal is aborted on, no further step begins. */
export function stopStepsOn(signal: AbortSignal): void {
  stopSignal = signal;
}

/**
 * Runs `work` and prints its title with the time that it took. `work` may
 * return a note for the line, for example what was reused.
 */
export async function step<T>(
  title: string,
  work: () => Promise<T>,
  note?: (result: T) => string,
): Promise<T> {
  stopSignal?.throwIfAborted();
  const start = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`  …        ${title}\r`);
  try {
    const result = await work();
    const remark = note?.(result);
    say(`${seconds(performance.now() - start)}  ${title}${remark ? ` (${remark})` : ''}`);
    return result;
  } catch (error) {
    say(`${seconds(performance.now() - start)}  ${title}: FAILED`);
    throw error;
  }
}
