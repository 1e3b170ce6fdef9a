/** Figures at low load, and the architecture document's own beside them; pure. */
import { type Figure, figure, type WorkerPeer } from '../../figures.ts';
import { median, quantile } from '../../statistics.ts';
import type { Timing } from './refunds.ts';

/** A side at low load. */
export interface Low {
  timings: Timing[];
  cpuMillicores: number;
  perSecond: number;
}

export function wakeFigures(peer: WorkerPeer | null, { timings }: Low, conditions: string): Figure[] {
  const wakes = timings.map(({ wakeMs }) => wakeMs);
  const words = `from the commit of the task until its call arrives at the model, ${conditions}`;
  return [
    figure('wake_p50_ms', median(wakes), 'ms', words, peer ? { peer } : { goal: '≤ 30' }),
    figure('wake_p99_ms', quantile(wakes, 0.99), 'ms', words, peer ? { peer } : { goal: '≤ 100' }),
  ];
}

export function latencyFigures({ timings }: Low, conditions: string): Figure[] {
  const added = timings.map(({ addedMs }) => addedMs);
  const words = `from the start of the process until it passed the gateway, by the history's timestamps, without the time of the call at the model, ${conditions}`;
  return [
    figure('added_latency_p50_ms', median(added), 'ms', words),
    figure('added_latency_p99_ms', quantile(added, 0.99), 'ms', words),
  ];
}

/** What the architecture document gives, with the value that it names as the most. */
export function pathFigures({ timings, cpuMillicores, perSecond }: Low, conditions: string): Figure[] {
  const of = (what: (timing: Timing) => number | undefined) =>
    timings.map(what).filter((value) => value !== undefined);
  const beside = (name: string, value: number, unit: string, words: string, documents: number) => [
    figure(name, value, unit, `${words}, ${conditions}`, { goal: `≤ ${documents}` }),
    figure(name, documents, unit, 'as the architecture document states it', { peer: 'document' }),
  ];
  const calculations = of(({ calculationMs }) => calculationMs);
  const userTasks = of(({ userTaskMs }) => userTaskMs);
  return [
    ...beside(
      'process_start_p50_ms',
      median(of(({ startMs }) => startMs)),
      'ms',
      'the whole REST request, commit included',
      10,
    ),
    ...beside('gateway_p50_ms', median(of(({ gatewayMs }) => gatewayMs)), 'ms', 'median', 1),
    ...(calculations.length > 0
      ? beside('service_task_p50_ms', median(calculations), 'ms', 'median, calculation of the refund', 25)
      : []),
    ...(userTasks.length > 0
      ? beside('user_task_p50_ms', median(userTasks), 'ms', 'median, from the gateway to the user task', 50)
      : []),
    ...beside(
      'llm_path_p50_s',
      median(of(({ wholeMs }) => wholeMs)) / 1_000,
      's',
      'median, start to gateway with the model',
      2,
    ),
    ...beside('worker_cpu_m', cpuMillicores, 'm', `at ${perSecond.toFixed(1)} decisions/s`, 200),
  ];
}
