/** Figures over a list of calls; pure. */
import type { Call, Stats } from './protocol.ts';

/** US dollars per million tokens, input and output. */
const PRICES: Record<string, [number, number]> = { 'gpt-4o-mini': [0.15, 0.6], 'gpt-6-luna': [0.1, 0.5] };

/** The value below which `share` (0 to 1) of the values lie, by nearest rank; undefined for none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Counts, latency and cost of `calls`. */
export function summarise(calls: readonly Call[], inProgress: number, peakInProgress: number): Stats {
  const stats: Stats = {
    calls: calls.length,
    byStatus: {},
    byAnswer: {},
    byFault: {},
    promptTokens: 0,
    completionTokens: 0,
    costUSD: 0,
    inProgress,
    peakInProgress,
  };
  const latencies: number[] = [];
  for (const call of calls) {
    count(stats.byStatus, String(call.status));
    if (call.answer !== undefined) count(stats.byAnswer, call.answer);
    if (call.fault) count(stats.byFault, call.fault);
    if (call.status !== 200) continue;
    latencies.push(call.durationMs);
    const [input, output] = PRICES[call.model] ?? [0, 0];
    stats.promptTokens += call.promptTokens;
    stats.completionTokens += call.completionTokens;
    stats.costUSD += (call.promptTokens * input + call.completionTokens * output) / 1_000_000;
  }
  const p50 = percentile(latencies, 0.5);
  const p95 = percentile(latencies, 0.95);
  if (p50 !== undefined && p95 !== undefined) stats.latencyMs = { p50, p95 };
  return stats;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
