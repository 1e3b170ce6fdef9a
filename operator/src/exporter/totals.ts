/** What has been counted of one process, and how one event changes it. Pure. */
import { DECISIONS, type Decision } from './refundProcess.ts';

/** Something that happened in a process. */
export interface Event {
  /** The same for the same event however often it is read, and for no other one. */
  id: string;
  /** When, by the clock of the engine's node, in ms since the epoch. */
  at: number;
  what:
    | { kind: 'started' | 'terminated' | 'incident' | 'breached' }
    | { kind: 'completed' | 'reviewed'; durationMs: number }
    | { kind: 'decided'; decision: Decision };
}

/** Upper bounds of the buckets, in seconds: from a refund that no person sees to one that waits for days. */
export const DURATION_BOUNDS = [
  0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400,
] as const;
/** Closer around two hours, the SLA. */
export const REVIEW_BOUNDS = [
  10, 30, 60, 300, 900, 1_800, 3_600, 5_400, 7_200, 10_800, 14_400, 28_800, 86_400,
] as const;

/** Whole numbers only, so that no order of adding them up makes a difference. */
export interface Distribution {
  /** Upper bounds in seconds. */
  bounds: readonly number[];
  /** Values in each bucket alone; the last one has no bound. */
  counts: number[];
  sumMs: number;
}

export interface Totals {
  started: number;
  completed: number;
  terminated: number;
  incidents: number;
  breaches: number;
  decisions: Record<Decision, number>;
  durations: Distribution;
  reviews: Distribution;
}

export const nothingYet = (): Totals => ({
  started: 0,
  completed: 0,
  terminated: 0,
  incidents: 0,
  breaches: 0,
  decisions: Object.fromEntries(DECISIONS.map((decision) => [decision, 0])) as Record<Decision, number>,
  durations: emptyDistribution(DURATION_BOUNDS),
  reviews: emptyDistribution(REVIEW_BOUNDS),
});

export const emptyDistribution = (bounds: readonly number[]): Distribution => ({
  bounds,
  counts: Array.from({ length: bounds.length + 1 }, () => 0),
  sumMs: 0,
});

/** Adds one event. */
export function count(totals: Totals, { what }: Event): void {
  switch (what.kind) {
    case 'started':
      totals.started += 1;
      return;
    case 'completed':
      totals.completed += 1;
      put(totals.durations, what.durationMs);
      return;
    case 'terminated':
      totals.terminated += 1;
      return;
    case 'incident':
      totals.incidents += 1;
      return;
    case 'decided':
      totals.decisions[what.decision] += 1;
      return;
    case 'breached':
      totals.breaches += 1;
      return;
    case 'reviewed':
      put(totals.reviews, what.durationMs);
      return;
  }
}

function put(distribution: Distribution, durationMs: number): void {
  const { bounds, counts } = distribution;
  const fits = bounds.findIndex((bound) => durationMs <= bound * 1_000);
  const bucket = fits < 0 ? bounds.length : fits;
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  distribution.sumMs += durationMs;
}
