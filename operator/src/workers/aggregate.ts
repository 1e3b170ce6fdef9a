/** From what each pod said over the last minute to what the whole pool does. Pure. */
import type { KeyTrouble, WorkerStats } from '../pool/observation.ts';
import type { PodReading, Total } from './reading.ts';

/** Times and rates are those of this long. */
export const WINDOW_MS = 60_000;
/** What a pod had in work longer ago than this says nothing about now. */
const IN_FLIGHT_MS = 30_000;

export interface PodSample {
  /** When the pod was asked, milliseconds since the epoch. */
  at: number;
  reading: PodReading;
}

/** Samples by pod name, the oldest first; pods that have gone included. */
export type History = ReadonlyMap<string, readonly PodSample[]>;

/** What the samples of the window say. What they do not say is absent. */
export function aggregate(history: History, now: number): WorkerStats {
  const totals: Partial<Record<Total, number>> = {};
  const buckets = new Map<number, number>();
  const inFlightByPod: Record<string, number> = {};
  const troubles = new Map<number, KeyTrouble>();
  for (const [pod, samples] of history) {
    const recent = samples.filter(({ at }) => at >= now - WINDOW_MS);
    for (const [index, { reading }] of recent.entries()) {
      const before = recent[index - 1]?.reading;
      if (before) addIncrease(totals, buckets, before, reading);
    }
    const last = recent.at(-1);
    if (!last || last.at < now - IN_FLIGHT_MS) continue;
    if (last.reading.inFlight !== undefined) inFlightByPod[pod] = last.reading.inFlight;
    // A pod that has not called lately takes its keys for good: one that met a refusal knows better.
    for (const trouble of last.reading.keyTroubles ?? []) {
      if (troubles.get(trouble.index)?.state !== 'refused') troubles.set(trouble.index, trouble);
    }
  }
  return withoutUndefined({
    llmP95Seconds: quantile(buckets, 0.95),
    llmMeanSeconds: ratio(totals.answerSeconds, totals.answers),
    rate429: ratio(totals.rateLimited, totals.calls),
    tokensPerCall: ratio(totals.tokens, totals.answers),
    serviceSeconds: ratio(totals.taskSeconds, totals.tasks),
    ...(troubles.size > 0 && {
      keyTroubles: [...troubles.values()].sort((a, b) => a.index - b.index),
    }),
    ...(Object.keys(inFlightByPod).length > 0 && { inFlightByPod }),
  });
}

/**
 * What one call or one task takes and costs is true also while there is none: a pool that was idle
 * knows its quota's ceiling when the next burst comes.
 */
export function lasting(before: WorkerStats, measured: WorkerStats): WorkerStats {
  return withoutUndefined({
    llmMeanSeconds: measured.llmMeanSeconds ?? before.llmMeanSeconds,
    tokensPerCall: measured.tokensPerCall ?? before.tokensPerCall,
    serviceSeconds: measured.serviceSeconds ?? before.serviceSeconds,
  });
}

/** Adds what was counted between two readings of a pod; after a restart that is all there is. */
function addIncrease(
  totals: Partial<Record<Total, number>>,
  buckets: Map<number, number>,
  before: PodReading,
  after: PodReading,
): void {
  const anew = restarted(before, after);
  for (const [name, value] of Object.entries(after.totals) as [Total, number][]) {
    const old = anew ? 0 : before.totals[name];
    if (old !== undefined) totals[name] = (totals[name] ?? 0) + Math.max(0, value - old);
  }
  // Without the bounds of before, all calls ever would seem to be new.
  if (!anew && before.callBuckets.size === 0) return;
  for (const [bound, count] of after.callBuckets) {
    const old = anew ? 0 : (before.callBuckets.get(bound) ?? 0);
    buckets.set(bound, (buckets.get(bound) ?? 0) + Math.max(0, count - old));
  }
}

/** Whether the process is another one than before: counters begin at zero. */
export function restarted(
  before: Pick<PodReading, 'startedAt' | 'totals'>,
  after: Pick<PodReading, 'startedAt' | 'totals'>,
): boolean {
  if (before.startedAt !== undefined && after.startedAt !== undefined) {
    return before.startedAt !== after.startedAt;
  }
  const names = Object.keys(after.totals) as Total[];
  return names.some((name) => (after.totals[name] ?? 0) < (before.totals[name] ?? 0));
}

/** As Prometheus does it: linear within a bucket, the last finite bound for what lies beyond. */
export function quantile(buckets: ReadonlyMap<number, number>, share: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return undefined;
  const rank = share * all;
  let lower = 0;
  let below = 0;
  for (const [bound, count] of sorted) {
    if (below + count >= rank) {
      return Number.isFinite(bound) ? lower + ((bound - lower) * (rank - below)) / count : lower;
    }
    lower = bound;
    below += count;
  }
  return lower;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole ? undefined : part / whole;
}

function withoutUndefined(stats: { [K in keyof WorkerStats]: WorkerStats[K] | undefined }): WorkerStats {
  return Object.fromEntries(Object.entries(stats).filter(([, value]) => value !== undefined));
}
