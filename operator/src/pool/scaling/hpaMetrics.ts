/**
 * The HorizontalPodAutoscaler's proposal from its metrics, as in Kubernetes
 * 1.34: what each metric asks for, the largest of them, and what a metric that
 * cannot be read does.
 */

/** The controller's default, up and down (`--horizontal-pod-autoscaler-tolerance`). */
export const TOLERANCE = 0.1;
const MAX_INT32 = 2 ** 31 - 1;

export type MetricReading =
  | {
      kind: 'external';
      /** `target.averageValue` in thousandths. */
      targetMilli: number;
      /** Every value that the metrics API returned, in thousandths; they are summed. */
      valuesMilli: number[];
    }
  /** Another metric, such as CPU, of which only the answer is known. */
  | { kind: 'proposal'; replicas: number }
  /** A metric that could not be read, or that had no value at all. */
  | { kind: 'failed' };

export interface Scale {
  /** `spec.replicas` of the Deployment: what was asked for. */
  specReplicas: number;
  /** `status.replicas`: pods that exist. The tolerance is measured against these. */
  statusReplicas: number;
}

/** Rounded up, but for the noise of binary fractions: 22.000000000000004 is 22. */
export const ceilOf = (value: number): number => Math.ceil(Number(value.toPrecision(14)));

/** A quantity such as 12, 0.5 or 1.2345 in thousandths, rounded up as Kubernetes does. */
export const milli = (value: number): number => ceilOf(value * 1_000);

/** Replicas for an External metric with an average value per pod. */
export function externalProposal(valuesMilli: number[], targetMilli: number, statusReplicas: number): number {
  let usage = 0;
  for (const value of valuesMilli) {
    usage += value;
    // The controller takes a negative sum for an overflow.
    if (usage < 0) return MAX_INT32;
  }
  const ratio = usage / (targetMilli * statusReplicas);
  // No pods and no usage is NaN, which is outside the tolerance too.
  if (1 - TOLERANCE <= ratio && ratio <= 1 + TOLERANCE) return statusReplicas;
  return Math.min(Math.ceil(usage / targetMilli), MAX_INT32);
}

/**
 * The largest proposal, or undefined when replicas hold: no metric could be
 * read, or one could not and the others would scale down.
 */
export function proposal(
  readings: MetricReading[],
  { specReplicas, statusReplicas }: Scale,
): number | undefined {
  const answers = readings.flatMap((reading) => {
    if (reading.kind === 'failed') return [];
    if (reading.kind === 'proposal') return [reading.replicas];
    return [externalProposal(reading.valuesMilli, reading.targetMilli, statusReplicas)];
  });
  if (answers.length === 0) return undefined;
  const largest = Math.max(...answers);
  return answers.length < readings.length && largest < specReplicas ? undefined : largest;
}
