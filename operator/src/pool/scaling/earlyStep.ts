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
  /** What it will compute once the status has come to the number that is asked for now. */
  settled: number;
  /** Why new pods would not help now: a rollout or pods that do not start. */
  obstacle: string | undefined;
}

/** The number to write now, or undefined. */
export function earlyStep({ scale, wanted, settled, obstacle }: EarlyStepInput): number | undefined {
  const { specReplicas, statusReplicas } = scale;
  // Zero by hand is a pause, for the autoscaler too; the operator's own zero is left elsewhere.
  if (specReplicas === 0 || obstacle !== undefined) return undefined;
  // Within the tolerance `wanted` is status.replicas. While the pods of a step down are still counted there, that says
  // nothing: the demand is held against the number that is asked for.
  const next = wanted === statusReplicas ? settled : wanted;
  return next > specReplicas ? next : undefined;
}
