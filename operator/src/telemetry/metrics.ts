/** The operator's own metrics, each declared once. Labels are pool names and fixed words, never ticket data. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SIGNAL_NAMES } from '../pool/scaling/signals.ts';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const registers = [registry];
const pool = ['namespace', 'pool'] as const;

/** What the leader's gauge of the external metrics API tells; see `tellMetricsApi`. */
let metricsApiServed: () => boolean | undefined = () => undefined;

/** When each pool's backlog was asked for last, in ms since the epoch. */
const lastCounts = new Map<string, { namespace: string; pool: string; at: number }>();

export const metrics = {
  reconciles: new Counter({
    name: 'fareruleworkerpool_reconciles_total',
    help: 'Reconciles by result: ok, or the code of the error.',
    labelNames: ['result'],
    registers,
  }),
  reconcileSeconds: new Histogram({
    name: 'fareruleworkerpool_reconcile_duration_seconds',
    help: 'Time of one reconcile.',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  }),
  writes: new Counter({
    name: 'fareruleworkerpool_writes_total',
    help: 'Writes to the API server by kind of step.',
    labelNames: ['action', 'kind'],
    registers,
  }),
  queueDepth: new Gauge({
    name: 'fareruleworkerpool_queue_depth',
    help: 'Pools that wait for a reconcile.',
    registers,
  }),
  leader: new Gauge({
    name: 'fareruleworkerpool_leader',
    help: '1 while this process leads.',
    registers,
  }),
  pending: new Gauge({
    name: 'fareruleworkerpool_pending_tasks',
    help: 'Tasks that wait for a worker. Absent while unknown.',
    labelNames: pool,
    registers,
  }),
  inFlight: new Gauge({
    name: 'fareruleworkerpool_in_flight_tasks',
    help: 'Tasks that a worker holds. Absent while unknown.',
    labelNames: pool,
    registers,
  }),
  desiredReplicas: new Gauge({
    name: 'fareruleworkerpool_desired_replicas',
    help: 'Pods that the backlog asks for, within the limits. Absent while unknown.',
    labelNames: pool,
    registers,
  }),
  replicas: new Gauge({
    name: 'fareruleworkerpool_replicas',
    help: 'Pods that exist.',
    labelNames: pool,
    registers,
  }),
  signalValue: new Gauge({
    name: 'fareruleworkerpool_signal_value',
    help: 'Value of a scaling signal: tasks (backlog), seconds (maxWait, responseTime) or percent (cpu). Absent while unknown.',
    labelNames: [...pool, 'signal'],
    registers,
  }),
  fallback: new Gauge({
    name: 'fareruleworkerpool_fallback',
    help: '1 while the pool has its fallback replicas because its backlog is unknown, else 0.',
    labelNames: pool,
    registers,
  }),
  condition: new Gauge({
    name: 'fareruleworkerpool_condition',
    help: '1 for the status and the reason that each condition (type) of a pool has now.',
    labelNames: [...pool, 'type', 'status', 'reason'],
    registers,
  }),
  spentUSD: new Gauge({
    name: 'fareruleworkerpool_spent_usd',
    help: 'US dollars that the budget counts as spent in the current hour and day (period). Absent while nothing is known.',
    labelNames: [...pool, 'period'],
    registers,
  }),
  budgetUSD: new Gauge({
    name: 'fareruleworkerpool_budget_usd',
    help: 'US dollars that the LLM calls may cost in an hour and a day (period). Absent where there is no limit.',
    labelNames: [...pool, 'period'],
    registers,
  }),
  decisionToWrite: new Histogram({
    name: 'fareruleworkerpool_decision_to_write_seconds',
    help: 'From what was observed to the answer of the API server to the scale written because of it.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  }),
  counts: new Counter({
    name: 'fareruleworkerpool_engine_counts_total',
    help: 'Counts asked of the engine by result: ok or failed.',
    labelNames: [...pool, 'result'],
    registers,
  }),
  scrapes: new Counter({
    name: 'fareruleworkerpool_worker_scrapes_total',
    help: 'Worker pods asked for their metrics by result: ok, timeout, unreachable, status, too_long, not_metrics.',
    labelNames: ['result'],
    registers,
  }),
  backlogAge: new Gauge({
    name: 'fareruleworkerpool_backlog_age_seconds',
    help: 'Age of the last count of a pool, known or stale. Absent before the first one.',
    labelNames: pool,
    registers,
    collect() {
      for (const { at, ...labels } of lastCounts.values()) this.set(labels, (Date.now() - at) / 1_000);
    },
  }),
  engineCalls: new Counter({
    name: 'fareruleworkerpool_engine_calls_total',
    help: 'Calls to engines by outcome: ok, or the code of the error.',
    labelNames: ['outcome'],
    registers,
  }),
  engineCallSeconds: new Histogram({
    name: 'fareruleworkerpool_engine_call_duration_seconds',
    help: 'Time of one call to an engine, answered or not.',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  }),
  metricRequests: new Counter({
    name: 'fareruleworkerpool_external_metric_requests_total',
    help: 'Answers of the external metrics API by status code.',
    labelNames: ['code'],
    registers,
  }),
  metricsApiServed: new Gauge({
    name: 'fareruleworkerpool_metrics_api_served',
    help: '1 while the API server reaches the external metrics API of this operator, else 0. Absent where another one serves it, and in followers.',
    registers,
    collect() {
      const served = metricsApiServed();
      if (served === undefined) this.remove();
      else this.set(served ? 1 : 0);
    },
  }),
};

/** @param served asked at each scrape; undefined where this process is not to serve the external metrics API */
export function tellMetricsApi(served: () => boolean | undefined): void {
  metricsApiServed = served;
}

/** @param at ms since the epoch */
export function countedAt(namespace: string, name: string, at: number): void {
  lastCounts.set(`${namespace}/${name}`, { namespace, pool: name, at });
}

/** What one reconcile found, for the pool's gauges. What is absent is unknown and not told. */
export interface PoolFigures {
  replicas: number;
  desiredReplicas?: number | undefined;
  signals: readonly { name: string; value: number }[];
  fellBack: boolean;
}

export function tellPool(namespace: string, name: string, figures: PoolFigures): void {
  const labels = { namespace, pool: name };
  metrics.replicas.set(labels, figures.replicas);
  metrics.fallback.set(labels, figures.fellBack ? 1 : 0);
  if (figures.desiredReplicas === undefined) metrics.desiredReplicas.remove(labels);
  else metrics.desiredReplicas.set(labels, figures.desiredReplicas);
  for (const signal of SIGNAL_NAMES) {
    const value = figures.signals.find((item) => item.name === signal)?.value;
    if (value === undefined) metrics.signalValue.remove({ ...labels, signal });
    else metrics.signalValue.set({ ...labels, signal }, value);
  }
}

/** Removes what `tellPool` told of a pool that has gone. */
export function forgetPool(namespace: string, name: string): void {
  const labels = { namespace, pool: name };
  for (const gauge of [metrics.desiredReplicas, metrics.replicas, metrics.fallback]) gauge.remove(labels);
  for (const signal of SIGNAL_NAMES) metrics.signalValue.remove({ ...labels, signal });
}

/** Removes what is told of the counts of a pool that is not counted any more. */
export function forgetCounts(namespace: string, name: string): void {
  const labels = { namespace, pool: name };
  lastCounts.delete(`${namespace}/${name}`);
  for (const gauge of [metrics.pending, metrics.inFlight, metrics.backlogAge]) gauge.remove(labels);
  for (const result of ['ok', 'failed']) metrics.counts.remove({ ...labels, result });
}
