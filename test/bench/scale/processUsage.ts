/** What a process uses, from /proc. */
import { readFileSync } from 'node:fs';

/** Clock ticks a second that /proc counts in: USER_HZ, 100 on every Linux. */
const TICKS = 100;

export interface Usage {
  /** Resident memory now and at most so far, in MB of 2^20 bytes. */
  rssMB: number;
  peakMB: number;
  /** CPU seconds so far, user and system. */
  cpuSeconds: number;
}

export function usageOf(pid: number): Usage {
  return parseUsage(readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Several processes as one. */
export function total(usages: readonly Usage[]): Usage {
  return usages.reduce((sum, next) => ({
    rssMB: sum.rssMB + next.rssMB,
    peakMB: sum.peakMB + next.peakMB,
    cpuSeconds: sum.cpuSeconds + next.cpuSeconds,
  }));
}

/** @param stat as /proc/PID/stat; the command in it may hold anything, also spaces and brackets */
export function parseUsage(stat: string, status: string): Usage {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const megabytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
  return {
    rssMB: megabytes('VmRSS'),
    peakMB: megabytes('VmHWM'),
    // Fields 14 and 15, counted from the process id.
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}
