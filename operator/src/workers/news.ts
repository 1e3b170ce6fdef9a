/** Whether new measurements of a pool's workers are worth a reconcile. Pure. */
import type { WorkerStats } from '../pool/observation.ts';

const MEASURED = ['llmP95Seconds', 'llmMeanSeconds', 'tokensPerCall', 'serviceSeconds'] as const;
/** A measurement that differs by less is taken to be the same. */
const TOLERANCE = 0.1;
/** So much of the calls answered with 429, more or less. */
const RATE_STEP = 0.01;

export function isNews(before: WorkerStats, after: WorkerStats): boolean {
  return (
    MEASURED.some((name) => differs(before[name], after[name], (after[name] ?? 0) * TOLERANCE)) ||
    differs(before.rate429, after.rate429, RATE_STEP) ||
    // Money is written down also where no limit is near: see spending.ts.
    before.spending?.countedAt !== after.spending?.countedAt ||
    JSON.stringify(before.keyTroubles) !== JSON.stringify(after.keyTroubles) ||
    busyness(before) !== busyness(after)
  );
}

function differs(before: number | undefined, after: number | undefined, tolerance: number): boolean {
  if (before === undefined || after === undefined) return before !== after;
  return Math.abs(after - before) >= tolerance && after !== before;
}

/** What each pod has in work, to a power of two: that is as precise as a deletion cost is. */
function busyness({ inFlightByPod = {} }: WorkerStats): string {
  return Object.entries(inFlightByPod)
    .map(([pod, tasks]) => `${pod}=${Math.ceil(Math.log2(tasks + 1))}`)
    .sort()
    .join();
}
