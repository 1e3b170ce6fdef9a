/** LLM figures out of the workers' Prometheus text, for runs with the real API. Pure. */
import type { LlmFigures } from './samples.ts';

interface PodFigures {
  calls: number;
  errors: number;
  costUSD: number;
  /** Calls up to each upper bound in seconds, cumulative, as histograms have them. */
  buckets: Map<number, number>;
}

/** Figures of one pod's `/metrics`. */
export function parsePodFigures(text: string): PodFigures {
  const figures: PodFigures = { calls: 0, errors: 0, costUSD: 0, buckets: new Map() };
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const [, name, labels = '', value] = match;
    if (name === 'llm_worker_openai_api_calls_total') figures.calls += Number(value);
    if (name === 'llm_worker_openai_api_errors_total') figures.errors += Number(value);
    if (name === 'llm_worker_cost_usd_total') figures.costUSD += Number(value);
    if (name === 'llm_worker_openai_api_duration_seconds_bucket') {
      const bound = /le="([^"]+)"/.exec(labels)?.[1] ?? '';
      figures.buckets.set(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(value));
    }
  }
  return figures;
}

/** Sums pods. Latencies are interpolated within the histogram's buckets. */
export function sumFigures(pods: Iterable<PodFigures>): LlmFigures {
  const total: LlmFigures = { calls: 0, errors: 0, costUSD: 0 };
  const buckets = new Map<number, number>();
  for (const pod of pods) {
    total.calls += pod.calls;
    total.errors += pod.errors;
    total.costUSD += pod.costUSD;
    for (const [bound, count] of pod.buckets) buckets.set(bound, (buckets.get(bound) ?? 0) + count);
  }
  const p50 = quantile(buckets, 0.5);
  const p95 = quantile(buckets, 0.95);
  if (p50 !== undefined && p95 !== undefined)
    Object.assign(total, { p50Ms: p50 * 1_000, p95Ms: p95 * 1_000 });
  return total;
}

function quantile(buckets: Map<number, number>, share: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const rank = share * (sorted.at(-1)?.[1] ?? 0);
  if (rank === 0) return undefined;
  let [lower, below] = [0, 0];
  for (const [bound, count] of sorted) {
    if (count >= rank) {
      if (bound === Number.POSITIVE_INFINITY) return lower;
      return lower + ((bound - lower) * (rank - below)) / (count - below);
    }
    [lower, below] = [bound, count];
  }
  return undefined;
}
