/**
 * How many calls to the model may be in flight: additive increase,
 * multiplicative decrease. Pure: the time is an argument.
 *
 * It starts at the most that is configured. A call that the API limits, fails
 * or lets run out of time lowers it by a quarter, an API that has become slow
 * by a tenth; once in the time of a call, for the calls that were in flight
 * together tell the same thing. As many good calls as the limit is high raise
 * it by a twentieth of the most, so that it is back after twenty rounds, from
 * wherever it was: half a minute with calls of 1.5 s.
 *
 * Slow means: recent calls take more than twice as long as calls used to. What
 * calls used to take follows what they take slowly upwards and quickly
 * downwards, so that a model that has become slower for good counts as normal
 * after some hundreds of calls.
 */

export interface Flow {
  readonly limit: number;
  /** Good calls since the last change of the limit. */
  readonly good: number;
  /** Milliseconds that a good call takes of late, and that it used to take; undefined before the first. */
  readonly recentMs: number | undefined;
  readonly usualMs: number | undefined;
  /** When the limit may be lowered again, on the clock of `performance.now()`. */
  readonly quietUntil: number;
}

/** What one call says about the API; undefined where it says nothing (a refused key, a cancelled call). */
export type Signal = { kind: 'good'; durationMs: number } | { kind: 'overloaded'; durationMs: number };

const OVERLOADED = 0.75;
const SLOWER = 0.9;
const ROUNDS_TO_RECOVER = 20;
const SLOW_FACTOR = 2;
/** Differences between fast calls are noise. */
const SLOW_MARGIN_MS = 250;
const MIN_QUIET_MS = 1_000;

export function initialFlow(most: number): Flow {
  return { limit: most, good: 0, recentMs: undefined, usualMs: undefined, quietUntil: 0 };
}

/** @param most the configured number of calls, at least 1. */
export function afterCall(flow: Flow, signal: Signal, most: number, now: number): Flow {
  if (signal.kind === 'overloaded') return lowered(flow, OVERLOADED, now);
  const { durationMs } = signal;
  const recentMs = moved(flow.recentMs, durationMs, 0.1);
  const usualMs = moved(flow.usualMs, durationMs, durationMs < (flow.usualMs ?? 0) ? 0.05 : 0.0005);
  const seen = { ...flow, recentMs, usualMs };
  if (recentMs > usualMs * SLOW_FACTOR + SLOW_MARGIN_MS) return lowered(seen, SLOWER, now);
  if (flow.good + 1 < flow.limit) return { ...seen, good: flow.good + 1 };
  return { ...seen, good: 0, limit: Math.min(most, flow.limit + Math.max(1, most / ROUNDS_TO_RECOVER)) };
}

function lowered(flow: Flow, factor: number, now: number): Flow {
  if (now < flow.quietUntil) return flow;
  const quietMs = Math.max(MIN_QUIET_MS, flow.recentMs ?? 0);
  return { ...flow, limit: Math.max(1, flow.limit * factor), good: 0, quietUntil: now + quietMs };
}

function moved(average: number | undefined, value: number, weight: number): number {
  return average === undefined ? value : average + (value - average) * weight;
}
