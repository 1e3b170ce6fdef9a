/**
 * How many pods one observation asks for: the largest signal, by the
 * autoscaler's own arithmetic, within the limits. The metric that the
 * autoscaler is served comes from the same numbers, so that the two agree.
 */
import { externalProposal, milli } from './hpaMetrics.ts';
import type { Limit, Limits } from './limits.ts';
import { seconds } from './sentences.ts';
import type { Counts, Signal, SignalName } from './signals.ts';

export interface AskedSignal extends Signal {
  /** Absent where the signal does not ask. */
  asksFor?: number;
}

export interface Desired {
  replicas: number;
  signals: AskedSignal[];
  winner: SignalName;
  /** What cut the winner's answer, if anything did. */
  limit?: Limit;
  /** What the autoscaler should be served, in tasks. */
  demand: number;
  /** One sentence with the numbers. */
  reason: string;
}

/** @param statusReplicas pods that exist; within the tolerance they stay */
export function desiredReplicas(
  signals: Signal[],
  counts: Counts,
  { floor, ceiling }: Limits,
  tasksPerReplica: number,
  statusReplicas: number,
): Desired {
  const asked = signals.map((signal): AskedSignal => {
    if (signal.tasks === undefined) return signal;
    return { ...signal, asksFor: proposed(signal.tasks, tasksPerReplica, statusReplicas) };
  });
  const asking = asked.filter(({ asksFor }) => asksFor !== undefined);
  // The first of equals wins: the backlog is told before what only agrees with it.
  const winner = asking.reduce((largest, signal) =>
    (signal.asksFor ?? 0) > (largest.asksFor ?? 0) ? signal : largest,
  );
  const wanted = winner.asksFor ?? 0;
  const replicas = Math.min(Math.max(wanted, floor.replicas), ceiling.replicas);
  const limit = wanted > ceiling.replicas ? ceiling : wanted < floor.replicas ? floor : undefined;
  return {
    replicas,
    signals: asked,
    winner: winner.name,
    ...(limit && { limit }),
    demand: Math.max(...asked.map(({ tasks }) => tasks ?? 0)),
    reason: `${asks(winner, counts, tasksPerReplica)}${limit ? `, held at ${replicas}: ${limit.because}` : ''}.`,
  };
}

/** What the autoscaler computes for this demand. @param tasks need not be whole */
export function proposed(tasks: number, tasksPerReplica: number, statusReplicas: number): number {
  return externalProposal([milli(tasks)], tasksPerReplica * 1_000, statusReplicas);
}

function asks(winner: AskedSignal, { pending, inFlight }: Counts, tasksPerReplica: number): string {
  const { name, value, target, tasks = 0, asksFor = 0 } = winner;
  const exact = Math.ceil(milli(tasks) / (tasksPerReplica * 1_000));
  const answer =
    name === 'cpu' || exact === asksFor
      ? `ask for ${asksFor}`
      : `ask for ${exact}, within the tolerance of ${asksFor}`;
  const counted = `${pending} waiting and ${inFlight} in work`;
  switch (name) {
    case 'backlog':
      return `${counted} at ${target} a pod ${answer}`;
    case 'maxWait':
      return `${counted}, which take ${seconds(value)} and should take ${seconds(target)}, ${answer}`;
    case 'responseTime':
      return `${counted} with LLM responses of ${seconds(value)} instead of ${seconds(target)} ${answer}`;
    case 'cpu':
      return `${value} % CPU instead of ${target} % ${answer}`;
  }
}
