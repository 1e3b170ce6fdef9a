/** What one worker pod says of itself at one moment. Pure. */
import type { KeyTrouble } from '../pool/observation.ts';
import { numberOf, parseSamples, type Sample } from './prometheusText.ts';

/** Totals since the process started. What is absent is unknown, not zero. */
export type Totals = Partial<Record<Total, number>>;

export type Total =
  | 'calls'
  | 'rateLimited'
  | 'answers'
  | 'answerSeconds'
  | 'tokens'
  | 'tasks'
  | 'taskSeconds'
  | 'costUSD';

export interface PodReading {
  totals: Totals;
  /** Calls by the bucket that their duration fell into: upper bound in seconds, not cumulative. */
  callBuckets: Map<number, number>;
  inFlight?: number;
  /** API keys that the API refuses, or whose account has no quota left. */
  keyTroubles?: KeyTrouble[];
  /** Milliseconds since the epoch, by the clock of the pod's node. */
  startedAt?: number;
}

const METRICS: Readonly<Record<Total, string>> = {
  calls: 'llm_worker_openai_api_calls_total',
  rateLimited: 'llm_worker_openai_api_errors_total',
  answers: 'llm_worker_openai_api_answer_seconds_count',
  answerSeconds: 'llm_worker_openai_api_answer_seconds_sum',
  tokens: 'llm_worker_openai_api_tokens_total',
  tasks: 'llm_worker_task_duration_seconds_count',
  taskSeconds: 'llm_worker_task_duration_seconds_sum',
  costUSD: 'llm_worker_charged_usd_total',
};
/** What workers of an earlier version have in the place of what they are charged. */
const COST = 'llm_worker_cost_usd_total';
const BUCKETS = 'llm_worker_openai_api_duration_seconds_bucket';
const IN_FLIGHT = 'llm_worker_tasks_in_flight';
const KEY_STATE = 'llm_worker_llm_key_state';
const STARTED = 'process_start_time_seconds';
const WANTED: ReadonlySet<string> = new Set([
  ...Object.values(METRICS),
  COST,
  BUCKETS,
  IN_FLIGHT,
  KEY_STATE,
  STARTED,
]);

/** Codes of the errors that were answers with status 429. */
const RATE_LIMITED = new Set(['RATE_LIMITED', 'INSUFFICIENT_QUOTA']);
/** No worker counts this far: a larger number is nonsense, and sums of it would be infinite. */
const LARGEST = 1e15;

/** Undefined for a text in which no metric of a worker is found. */
export function readPod(text: string): PodReading | undefined {
  const byName = Map.groupBy(parseSamples(text, WANTED), ({ name }) => name);
  const all = (name: string) => byName.get(name) ?? [];
  const totals: Totals = {};
  for (const [total, name] of Object.entries(METRICS) as [Total, string][]) {
    const samples = total === 'rateLimited' ? all(name).filter(isRateLimit) : all(name);
    const value = sum(samples);
    if (value !== undefined) totals[total] = value;
  }
  const cost = all(METRICS.costUSD).length === 0 ? sum(all(COST)) : undefined;
  if (cost !== undefined) totals.costUSD = cost;
  // A counter with labels has no line before it first counts.
  if (totals.calls !== undefined && !all(METRICS.rateLimited).some(isRateLimit)) totals.rateLimited = 0;
  const inFlight = sum(all(IN_FLIGHT));
  const started = sum(all(STARTED));
  const keyTroubles = all(KEY_STATE).flatMap(troubleOf);
  if (Object.keys(totals).length === 0 && inFlight === undefined) return undefined;
  return {
    totals,
    callBuckets: buckets(all(BUCKETS)),
    ...(inFlight !== undefined && { inFlight }),
    ...(keyTroubles.length > 0 && { keyTroubles }),
    ...(started !== undefined && { startedAt: started * 1_000 }),
  };
}

/** As many keys as a pool may have: a larger index is nonsense. */
const MOST_KEYS = 16;

function troubleOf({ labels, value }: Sample): KeyTrouble[] {
  const { index = '', state } = labels;
  if (value !== 1 || (state !== 'refused' && state !== 'exhausted')) return [];
  return /^\d{1,2}$/.test(index) && Number(index) < MOST_KEYS ? [{ index: Number(index), state }] : [];
}

const isRateLimit = ({ labels }: Sample): boolean => RATE_LIMITED.has(labels.code ?? '');
const isCount = (value: number): boolean => value >= 0 && value <= LARGEST;

/** Undefined without samples and when one of them is no count. */
function sum(samples: Sample[]): number | undefined {
  if (samples.length === 0 || !samples.every(({ value }) => isCount(value))) return undefined;
  return samples.reduce((total, { value }) => total + value, 0);
}

/** From "so many up to this bound" to "so many between the bounds"; empty when the counts fall. */
function buckets(samples: Sample[]): Map<number, number> {
  const cumulative = samples
    .map(({ labels, value }) => ({ bound: numberOf(labels.le) ?? Number.NaN, value }))
    .sort((a, b) => a.bound - b.bound);
  const counts = new Map<number, number>();
  let below = 0;
  for (const { bound, value } of cumulative) {
    if (Number.isNaN(bound) || !isCount(value) || value < below) return new Map();
    counts.set(bound, value - below);
    below = value;
  }
  return counts;
}
