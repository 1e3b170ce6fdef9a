/**
 * Direct mode: scaling without an autoscaler, where this operator does not
 * serve external.metrics.k8s.io. The operator runs the autoscaler's sync
 * itself, every 15 s, and at once when pods are to be added.
 */
import { type HpaSpec, type HpaState, NEW_HPA, syncHpa } from './hpa.ts';
import type { Scale } from './hpaMetrics.ts';

/** The autoscaler's default. */
export const SYNC_PERIOD_MS = 15_000;

export interface DirectState {
  hpa: HpaState;
  /** Milliseconds. */
  syncedAt?: number;
}

export interface DirectAnswer {
  /** The number to write now. */
  scaleTo?: number;
  state: DirectState;
}

/**
 * @param demandMilli tasks in thousandths, undefined while unknown: replicas hold
 * @param early the number to go up to now, where `earlyStep` says so
 */
export function direct(
  spec: HpaSpec,
  scale: Scale,
  target: { demandMilli: number | undefined; perPodMilli: number },
  early: number | undefined,
  before: DirectState | undefined,
  now: number,
): DirectAnswer {
  const state = before ?? { hpa: NEW_HPA };
  const due = state.syncedAt === undefined || now - state.syncedAt >= SYNC_PERIOD_MS;
  if (!due && early === undefined) return { state };
  const { demandMilli, perPodMilli } = target;
  const sync = syncHpa(
    spec,
    scale,
    demandMilli === undefined
      ? [{ kind: 'failed' }]
      : [{ kind: 'external', targetMilli: perPodMilli, valuesMilli: [demandMilli] }],
    state.hpa,
    now,
  );
  return {
    ...(sync.rescales && sync.desired !== undefined && { scaleTo: sync.desired }),
    state: { hpa: sync.state, syncedAt: now },
  };
}
