/**
 * Zero pods, and back. The operator owns both ways on every Kubernetes
 * version: the autoscaler's own minimum stays 1, so that to it zero is a pause
 * in which it neither asks for the metric nor scales.
 */

/** Why the operator took the pool to zero; kept in the pool's status, so that a restart knows. */
export type ZeroCause = 'Idle' | 'BudgetSpent';

export interface ZeroInput {
  specReplicas: number;
  /** Tasks, waiting and in work; undefined while unknown. */
  tasks: number | undefined;
  /** `scaling.idle.after` in milliseconds; undefined for a pool that keeps at least one pod. */
  idleAfterMs: number | undefined;
  /** The budget is spent, and the pool says that it then stops. */
  budgetStops: boolean;
  /** Why it is at zero, as far as that was the operator. */
  cause: ZeroCause | undefined;
  hold: { in: boolean; out: boolean };
  /** Pods for the present work, by the autoscaler's arithmetic and within the limits; at least 1. */
  wanted: number;
}

export interface ZeroAnswer {
  /** The number to write now. */
  scaleTo?: number;
  /** Since when there has been no work at all; unknown is not none. */
  idleSince?: number;
  cause?: ZeroCause;
}

/** @param idleSince what the last answer said */
export function zero(input: ZeroInput, idleSince: number | undefined, now: number): ZeroAnswer {
  const { specReplicas, tasks, idleAfterMs, budgetStops, hold } = input;
  const idle = tasks === 0 ? { idleSince: idleSince ?? now } : {};
  if (specReplicas === 0) return fromZero(input, idle);
  if (hold.in) return idle;
  if (budgetStops) return { ...idle, scaleTo: 0, cause: 'BudgetSpent' };
  if (idleAfterMs !== undefined && idle.idleSince !== undefined && now - idle.idleSince >= idleAfterMs) {
    return { ...idle, scaleTo: 0, cause: 'Idle' };
  }
  return idle;
}

function fromZero(input: ZeroInput, idle: ZeroAnswer): ZeroAnswer {
  const { tasks, idleAfterMs, budgetStops, cause, hold, wanted } = input;
  const mayBeZero = idleAfterMs !== undefined;
  // A pool that keeps at least one pod and was not stopped by the operator was stopped by a person.
  if (!mayBeZero && cause === undefined) return idle;
  const stays: ZeroAnswer = { ...idle, cause: budgetStops || !mayBeZero ? 'BudgetSpent' : 'Idle' };
  if (hold.out || budgetStops) return stays;
  const wakes = mayBeZero ? tasks !== undefined && tasks > 0 : true;
  // One step to the full number; `wanted` is 0 only where a limit holds the pool at what runs.
  return wakes && wanted > 0 ? { ...idle, scaleTo: wanted } : stays;
}
