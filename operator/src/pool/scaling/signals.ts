/**
 * What asks for pods, each in the same unit: tasks, of which one pod should
 * have `scaling.tasksPerReplica`. The largest is what the autoscaler is told.
 */
import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { Autoscaler } from '../objects.ts';
import type { WorkerStats } from '../observation.ts';
import { TOLERANCE } from './hpaMetrics.ts';

export const SIGNAL_NAMES = ['backlog', 'maxWait', 'responseTime', 'cpu'] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

export interface Signal {
  name: SignalName;
  /** What was measured: tasks, seconds, seconds, percent of the CPU request. */
  value: number;
  /** What it should be at most, in the same unit, for one pod or for all. */
  target: number;
  /** The tasks that it amounts to; absent where the signal asks for nothing, or is the autoscaler's own. */
  tasks?: number;
  /** Pods that it asks for, where that does not follow from the tasks. */
  asksFor?: number;
}

/** More 429s than this share of the calls: the quota is the limit, and pods do not raise it. */
const MAX_RATE_429 = 0.01;

/** Waiting and in work. */
export interface Counts {
  pending: number;
  inFlight: number;
}

/** The signals that the operator measures. @param replicas pods that exist */
export function signals(spec: PoolSpec, counts: Counts, workers: WorkerStats, replicas: number): Signal[] {
  const tasks = counts.pending + counts.inFlight;
  const { scaling } = spec;
  const wait = maxWait(spec, tasks, workers, replicas);
  return [
    wait ?? { name: 'backlog', value: tasks, target: scaling.tasksPerReplica, tasks },
    // A wait is computed from measured times: a slow model is in it already.
    ...responseTime(spec, counts, workers, wait === undefined),
  ];
}

/**
 * Little's law: all present tasks are done within maxWait when a pod has no
 * more than concurrency × maxWait ÷ service time of them. Until a service time
 * is measured, tasksPerReplica stands in for it.
 */
function maxWait(
  { scaling, worker }: PoolSpec,
  tasks: number,
  { serviceSeconds }: WorkerStats,
  replicas: number,
): Signal | undefined {
  if (!scaling.maxWait || !serviceSeconds) return undefined;
  const target = durationMs(scaling.maxWait) / 1_000;
  const perPod = (worker.concurrency * target) / serviceSeconds;
  const now = (tasks * serviceSeconds) / (worker.concurrency * Math.max(replicas, 1));
  const wanted = (tasks / perPod) * scaling.tasksPerReplica;
  const cap = everyTaskInWork(tasks, worker.concurrency) * scaling.tasksPerReplica;
  return { name: 'maxWait', value: now, target, tasks: Math.min(wanted, cap) };
}

/**
 * A pod that waits r times longer for the model does 1/r of the work: the same
 * backlog needs r times the pods, and no more than have a task for every slot.
 * It asks only with work waiting and almost no 429s: pods do not make an LLM faster.
 */
function responseTime(
  { scaling, worker }: PoolSpec,
  { pending, inFlight }: Counts,
  { llmP95Seconds, rate429 = 0 }: WorkerStats,
  mayAsk: boolean,
): Signal[] {
  if (llmP95Seconds === undefined) return [];
  const target = durationMs(scaling.responseTime) / 1_000;
  const signal: Signal = { name: 'responseTime', value: llmP95Seconds, target };
  if (!mayAsk || llmP95Seconds <= target || pending === 0 || rate429 >= MAX_RATE_429) return [signal];
  const tasks = pending + inFlight;
  const cap = everyTaskInWork(tasks, worker.concurrency) * scaling.tasksPerReplica;
  return [{ ...signal, tasks: Math.min((tasks * llmP95Seconds) / target, cap) }];
}

/** Pods at which no task waits any more: one more has nothing to do. */
const everyTaskInWork = (tasks: number, concurrency: number) => Math.ceil(tasks / concurrency);

/** What the autoscaler reports of its CPU signal: it is its own, and only told here. */
export function cpuSignal(autoscaler: Autoscaler | undefined, target: number, replicas: number): Signal[] {
  const metric = autoscaler?.status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu');
  const value = metric?.resource?.current?.averageUtilization;
  if (value === undefined || value === null || target === 0) return [];
  const ratio = value / target;
  const within = 1 - TOLERANCE <= ratio && ratio <= 1 + TOLERANCE;
  return [{ name: 'cpu', value, target, asksFor: within ? replicas : Math.ceil(ratio * replicas) }];
}
