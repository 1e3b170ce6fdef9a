/** The figures of a finished run, once for the terminal and the report. Pure. */
import { percentile } from '../llm/stats.ts';
import type { Run } from './samples.ts';

/** Width of the bars of the throughput plot, seconds. */
export const BIN_SECONDS = 3;

export interface Summary {
  decisions: [decision: string, count: number][];
  /** End events by how many requests reached them, most first. */
  paths: [path: string, count: number][];
  decided: number;
  ended: number;
  /** Decisions a minute from the first request to the last decision, and in the best 15 seconds. */
  perMinute: number;
  bestPerMinute: number;
  /** From start to decision, seconds. */
  decisionP50?: number;
  decisionP95?: number;
  peakBacklog: number;
  minReplicas?: number;
  peakReplicas: number;
  /** Seconds at which `spec.replicas` changed, with the number before and after. */
  steps: { t: number; from: number; to: number }[];
  /** Decisions in each bin of BIN_SECONDS. */
  bins: number[];
}

export function summarise(run: Run): Summary {
  const { outcomes, samples } = run;
  const decidedAt = outcomes.flatMap((outcome) => outcome.decidedAt ?? []).sort((a, b) => a - b);
  const latencies = outcomes.flatMap((outcome) => outcome.decisionSeconds ?? []);
  const scales = samples.flatMap(({ scale }) => scale ?? []);
  const lastDecision = decidedAt.at(-1) ?? 0;
  const p50 = percentile(latencies, 0.5);
  const p95 = percentile(latencies, 0.95);
  const minReplicas = scales.at(-1)?.minReplicas;
  return {
    decisions: tally(outcomes.map(({ decision }) => decision ?? 'undecided')),
    paths: tally(outcomes.map(({ path }) => path ?? 'still open')),
    decided: outcomes.filter(({ decision }) => decision !== undefined).length,
    ended: outcomes.filter(({ path }) => path !== undefined).length,
    perMinute: lastDecision > 0 ? (decidedAt.length * 60) / lastDecision : 0,
    bestPerMinute: mostWithin(decidedAt, 15) * 4,
    ...(p50 !== undefined && { decisionP50: p50 }),
    ...(p95 !== undefined && { decisionP95: p95 }),
    peakBacklog: Math.max(0, ...samples.map(({ pending = 0, inFlight = 0 }) => pending + inFlight)),
    ...(minReplicas !== undefined && { minReplicas }),
    peakReplicas: Math.max(0, ...scales.map(({ ready }) => ready)),
    steps: steps(run),
    bins: bins(decidedAt),
  };
}

function tally(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Most of the ascending `times` that lie within any `seconds`. */
export function mostWithin(times: readonly number[], seconds: number): number {
  let [most, first] = [0, 0];
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - seconds) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function steps({ samples }: Run): Summary['steps'] {
  const found: Summary['steps'] = [];
  let before: number | undefined;
  for (const { t, scale } of samples) {
    if (!scale) continue;
    if (before !== undefined && scale.desired !== before) found.push({ t, from: before, to: scale.desired });
    before = scale.desired;
  }
  return found;
}

function bins(times: readonly number[]): number[] {
  const counts: number[] = new Array(Math.floor((times.at(-1) ?? -BIN_SECONDS) / BIN_SECONDS) + 1).fill(0);
  for (const time of times) {
    const bin = Math.max(0, Math.floor(time / BIN_SECONDS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The summary as lines for the terminal. */
export function summaryLines(run: Run, summary: Summary): string[] {
  const llm = run.samples.findLast((sample) => sample.llm)?.llm;
  const list = (entries: [string, number][]) => entries.map(([name, count]) => `${count} ${name}`).join(', ');
  const rows: [string, string][] = [
    ['Decisions', list(summary.decisions)],
    ['Paths', list(summary.paths)],
    [
      'Throughput',
      `${summary.perMinute.toFixed(0)} decisions/min on average, ${summary.bestPerMinute.toFixed(0)} in the best 15 s`,
    ],
    ['Start to decision', `p50 ${seconds(summary.decisionP50)}, p95 ${seconds(summary.decisionP95)}`],
    [
      'LLM',
      `${run.standInLlm ? 'stand-in (not OpenAI)' : 'OpenAI API'}: ${llm?.calls ?? 'unknown'} calls, ` +
        `${llm?.errors ?? 'unknown'} failed, p50 ${seconds(llm?.p50Ms, 1_000)}, p95 ${seconds(llm?.p95Ms, 1_000)}, ` +
        `$${llm?.costUSD.toFixed(5) ?? ' unknown'}${run.standInLlm ? ' (what gpt-4o-mini would cost)' : ''}`,
    ],
    ['Backlog', `at most ${summary.peakBacklog} tasks waiting or in work`],
    [
      'Replicas',
      `${summary.minReplicas ?? '?'} at least, ${summary.peakReplicas} ready at most; ` +
        (summary.steps.map(({ t, from, to }) => `${t.toFixed(0)} s: ${from} → ${to}`).join(', ') ||
          'no step'),
    ],
    [
      'HPA',
      run.events
        .filter(({ reason }) => reason === 'SuccessfulRescale')
        .map(({ message }) => message)
        .join('; ') || 'no rescale of its own',
    ],
    [
      'Back office',
      `stand-in: ${list(Object.entries(run.backOffice).map(([task, count]) => [task.replace('task_', ''), count])) || 'nothing to do'}`,
    ],
  ];
  return rows.map(([name, text]) => `${name.padEnd(19)}${text}`);
}

export const seconds = (value: number | undefined, perSecond = 1): string =>
  value === undefined ? 'unknown' : `${(value / perSecond).toFixed(1)} s`;
