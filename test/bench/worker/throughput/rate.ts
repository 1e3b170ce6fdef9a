/** What a turn comes to; pure. */
import type { Turn } from './turn.ts';

export interface Rate {
  /** Tasks a second, from the first completion to the last. */
  perSecond: number;
  /** CPU milliseconds of the worker for each task. */
  cpuMs: number;
  peakMB: number;
  tasks: number;
}

/** @throws RangeError with fewer than two completions: there is no time between them */
export function rateOf({ completions, cpuSeconds, peakMB }: Turn): Rate {
  const first = completions[0];
  const last = completions.at(-1);
  if (first === undefined || last === undefined || last <= first) {
    throw new RangeError(`${completions.length} tasks were completed: no rate`);
  }
  const tasks = completions.length;
  return {
    perSecond: ((tasks - 1) * 1_000) / (last - first),
    cpuMs: (cpuSeconds * 1_000) / tasks,
    peakMB,
    tasks,
  };
}
