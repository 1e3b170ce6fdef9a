/** The list of scripted faults and which call uses which. */
import type { Fault } from './protocol.ts';

export interface FaultScript {
  /** The fault that this call meets, if any; a fault that is used up leaves the list. */
  next(prompt: string, group: string): Fault | undefined;
  replace(faults: readonly Fault[]): void;
}

export function faultScript(): FaultScript {
  let waiting: Array<{ fault: Fault; left: number }> = [];
  return {
    next(prompt, group) {
      const index = waiting.findIndex(
        ({ fault }) =>
          (fault.promptContains === undefined || prompt.includes(fault.promptContains)) &&
          (fault.group === undefined || fault.group === group),
      );
      const entry = waiting[index];
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) waiting.splice(index, 1);
      return entry.fault;
    },
    replace(faults) {
      waiting = faults.map((fault) => ({
        fault,
        left: fault.times === 'always' ? Number.POSITIVE_INFINITY : (fault.times ?? 1),
      }));
    },
  };
}
