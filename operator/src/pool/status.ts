/** The pool's status, and when it is worth a write. */
import type { PoolCondition, PoolStatus } from '../../../crds/src/pool.ts';
import { PROGRESS, REASONS } from '../reasons.ts';
import { verdicts } from './conditions.ts';
import { covers } from './drift.ts';
import type { Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import { scalingStatus } from './scaling/report.ts';

/** Numbers and sentences that changed are written at most this often. */
export const VALUE_INTERVAL_MS = 10_000;
/** How long a new pool's status may wait for what is not known yet. */
export const SETTLING_MS = 5_000;
/** How long a new pool with which nothing is wrong may wait for others that are still to be made. */
export const CROWDED_MS = 60_000;

/**
 * @param now RFC 3339, for conditions that changed.
 */
export function nextStatus(observation: Observation, plan: Plan, now: string): PoolStatus {
  const { pool, live, backlog } = observation;
  const generation = pool.metadata.generation;
  const deployment = live.deployment?.status;
  const replicas = deployment?.replicas ?? 0;
  const { scaling } = plan;
  return {
    observedGeneration: generation,
    ...(scaling?.desired && { desiredReplicas: scaling.desired.replicas }),
    replicas,
    readyReplicas: deployment?.readyReplicas ?? 0,
    ...(backlog.known && {
      pendingTasks: backlog.pending,
      inFlightTasks: backlog.inFlight,
      lastCountTime: backlog.at,
    }),
    ...(scaling && { scalingReason: scaling.reason, scaling: scalingStatus(scaling) }),
    ...(observation.workers?.spending && { spending: observation.workers.spending }),
    conditions: verdicts(observation, plan).map((verdict) => {
      const before = pool.status?.conditions?.find(({ type }) => type === verdict.type);
      return {
        ...verdict,
        observedGeneration: generation,
        lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : now,
      };
    }),
  };
}

/** Conditions whose status or reason is new. */
export function changedConditions(before: PoolStatus | undefined, after: PoolStatus): PoolCondition[] {
  return (after.conditions ?? []).filter((condition) => {
    const old = before?.conditions?.find(({ type }) => type === condition.type);
    return old?.status !== condition.status || old.reason !== condition.reason;
  });
}

/**
 * Changes worth an event: a Ready that only repeats another condition's reason
 * would tell the same news twice, and that a start or a rollout went well is
 * told by Ready alone.
 */
export function newsworthy(before: PoolStatus | undefined, after: PoolStatus): PoolCondition[] {
  return changedConditions(before, after).filter((condition) => {
    const { type, reason, status } = condition;
    if (status === 'Unknown') return false;
    if (type === 'Ready')
      return !after.conditions?.some((other) => other.type !== 'Ready' && other.reason === reason);
    const old = before?.conditions?.find((item) => item.type === type);
    const first = old === undefined || old.status === 'Unknown' || PROGRESS.has(old.reason);
    return !first || isProblem(condition);
  });
}

function isProblem({ type, reason, status }: PoolCondition): boolean {
  const bad = type === 'ScalingLimited' ? 'True' : 'False';
  return status === bad && !PROGRESS.has(reason);
}

/** Whether nothing is wrong, as far as is known. */
function isWell({ conditions = [] }: PoolStatus): boolean {
  const others = conditions.filter(({ type }) => type !== 'Ready');
  return (
    others.length > 0 &&
    !others.some(isProblem) &&
    !conditions.some(({ reason }) => reason === REASONS.NameConflict)
  );
}

/** Whether a new pool is still on its way to its first state: not all is known. */
function isSettling({ conditions = [] }: PoolStatus): boolean {
  return conditions.some(
    ({ type, reason, status }) => type !== 'Ready' && (status === 'Unknown' || PROGRESS.has(reason)),
  );
}

export type WriteDecision = { write: true } | { write: false; retryInMs?: number };

/**
 * A changed condition is written at once; changed numbers wait their turn; the
 * time of the last count alone is never a reason to write. A new pool passes
 * through several states in its first seconds: they are one write. Among many
 * new pools the good news of one wait until the others have been made, too.
 * @param msSinceCreation by our clock and the API server's: when they differ by more than the wait, there is none
 * @param crowded whether many pools wait for a reconcile
 */
export function writeDecision(
  before: PoolStatus | undefined,
  after: PoolStatus,
  msSinceLastWrite: number,
  msSinceCreation: number,
  crowded: boolean,
): WriteDecision {
  const age = Math.abs(msSinceCreation);
  if (isWell(after) && age < SETTLING_MS && isSettling(after)) {
    return { write: false, retryInMs: SETTLING_MS - msSinceCreation };
  }
  if (isWell(after) && age < CROWDED_MS && before === undefined && crowded) {
    return { write: false, retryInMs: VALUE_INTERVAL_MS };
  }
  const removed = (before?.conditions ?? []).some(
    ({ type }) => !after.conditions?.some((condition) => condition.type === type),
  );
  if (
    removed ||
    before?.observedGeneration !== after.observedGeneration ||
    changedConditions(before, after).length > 0
  ) {
    return { write: true };
  }
  if (sameValues(before, after)) return { write: false };
  if (msSinceLastWrite >= VALUE_INTERVAL_MS) return { write: true };
  return { write: false, retryInMs: VALUE_INTERVAL_MS - msSinceLastWrite };
}

function sameValues(before: PoolStatus | undefined, after: PoolStatus): boolean {
  const { lastCountTime: _before, ...old } = before ?? {};
  const { lastCountTime: _after, ...next } = after;
  return covers(old, next) && covers(next, old);
}
