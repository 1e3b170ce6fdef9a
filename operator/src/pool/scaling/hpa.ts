/**
 * One sync of the HorizontalPodAutoscaler controller (Kubernetes 1.34, an
 * autoscaler with `spec.behavior` and `minReplicas` ≥ 1) as a pure function:
 * state in, state out. An integration test runs it beside the real controller.
 *
 * Entries of the state that no window reaches any more are dropped. The
 * controller keeps them until it needs their place, which shows only where
 * somebody lengthens a window or a period.
 */
import {
  type Behavior,
  longestPeriodMs,
  type Recommendation,
  type ScaleEvent,
  stabilized,
  withinRates,
} from './hpaBehavior.ts';
import { type MetricReading, proposal, type Scale } from './hpaMetrics.ts';

export interface HpaSpec {
  minReplicas: number;
  maxReplicas: number;
  behavior: Behavior;
}

/** What the controller remembers of one autoscaler. */
export interface HpaState {
  recommendations: Recommendation[];
  scaleUpEvents: ScaleEvent[];
  scaleDownEvents: ScaleEvent[];
}

export interface HpaSync {
  /** `status.desiredReplicas`; undefined where the controller leaves the old one, because metrics failed. */
  desired?: number;
  /** Whether the controller writes the scale. */
  rescales: boolean;
  /** Why there are no more or no fewer. */
  limitedBy: 'none' | 'paused' | 'failed' | 'stabilization' | 'rate' | 'bound';
  state: HpaState;
}

export const NEW_HPA: HpaState = { recommendations: [], scaleUpEvents: [], scaleDownEvents: [] };

/** @param now milliseconds since any fixed moment */
export function syncHpa(
  spec: HpaSpec,
  scale: Scale,
  readings: MetricReading[],
  before: HpaState,
  now: number,
): HpaSync {
  const current = scale.specReplicas;
  const state: HpaState =
    before.recommendations.length > 0
      ? before
      : { ...before, recommendations: [{ replicas: current, at: now }] };

  // Zero replicas are a pause by hand; what is outside the bounds is brought back without asking a metric.
  if (current === 0) return { desired: 0, rescales: false, limitedBy: 'paused', state };
  if (current > spec.maxReplicas) return rescaled(spec, current, spec.maxReplicas, 'bound', state, now);
  if (current < spec.minReplicas) return rescaled(spec, current, spec.minReplicas, 'bound', state, now);

  const proposed = proposal(readings, scale);
  if (proposed === undefined) return { rescales: false, limitedBy: 'failed', state };
  const steady = stabilized(current, proposed, state.recommendations, spec.behavior, now);
  const { scaleUpEvents, scaleDownEvents } = state;
  const limited = withinRates(current, steady, spec, scaleUpEvents, scaleDownEvents, spec.behavior, now);
  const remembered = {
    ...state,
    recommendations: remember(spec.behavior, state.recommendations, proposed, now),
  };
  const limitedBy = limited.limitedBy === 'none' && steady !== proposed ? 'stabilization' : limited.limitedBy;
  return rescaled(spec, current, limited.replicas, limitedBy, remembered, now);
}

function rescaled(
  { behavior }: HpaSpec,
  current: number,
  desired: number,
  limitedBy: HpaSync['limitedBy'],
  state: HpaState,
  now: number,
): HpaSync {
  if (desired === current) return { desired, rescales: false, limitedBy, state };
  const [field, rules] =
    desired > current
      ? (['scaleUpEvents', behavior.scaleUp] as const)
      : (['scaleDownEvents', behavior.scaleDown] as const);
  const recent = state[field].filter(({ at }) => at >= now - longestPeriodMs(rules));
  const events = [...recent, { change: Math.abs(desired - current), at: now }];
  return { desired, rescales: true, limitedBy, state: { ...state, [field]: events } };
}

function remember(
  { scaleUp, scaleDown }: Behavior,
  past: Recommendation[],
  replicas: number,
  now: number,
): Recommendation[] {
  const window = Math.max(scaleUp.stabilizationWindowSeconds, scaleDown.stabilizationWindowSeconds) * 1_000;
  return [...past.filter(({ at }) => at >= now - window), { replicas, at: now }];
}
