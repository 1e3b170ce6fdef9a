/**
 * The fast way up: the operator writes what the autoscaler would write at its
 * next sync, up to 15 s later. Only upwards, and only where the autoscaler
 * itself will come to the same number: it must agree, never undo.
 */
import type { Scale } from './hpaMetrics.ts';

export interface EarlyStepInput {
  scale: Scale;
  /** What the autoscaler computes from the demand at the current status, within its bounds. */
  wanted: number;
  /** Why new pods would not help now: a rollout or pods that do not start. */
  obstacle: string | undefined;
}

/** The number to write now, or undefined. */
export function earlyStep({ scale, wanted, obstacle }: EarlyStepInput): number | undefined {
  // Zero by hand is a pause, for the autoscaler too; the operator's own zero is left elsewhere.
  if (scale.specReplicas === 0 || obstacle !== undefined) return undefined;
  // Within the tolerance `wanted` is status.replicas, which may lag behind spec.replicas: no step up either.
  return wanted > scale.specReplicas && wanted !== scale.statusReplicas ? wanted : undefined;
}
