/** Who writes the number of pods. */
import type { MetricsApi } from '../observation.ts';

export type ScalingMode =
  /** The autoscaler, with the operator ahead of it on the way up. */
  | { kind: 'autoscaler' }
  /** The operator alone. */
  | { kind: 'direct'; because: string }
  /** Somebody else, whom we do not disturb. */
  | { kind: 'standBack'; scaler: string };

/**
 * @param foreignScaler another HorizontalPodAutoscaler or a ScaledObject on our Deployment, as
 *   `Kind name`: two of them on the same pods would both stop
 * @param before who wrote it until now, by the pool's status
 */
export function scalingMode(
  metricsApi: MetricsApi,
  foreignScaler: string | undefined,
  before: 'Autoscaler' | 'Direct' | 'StandBack' | undefined,
): ScalingMode {
  if (foreignScaler !== undefined) return { kind: 'standBack', scaler: foreignScaler };
  if (metricsApi.state === 'foreign') {
    return { kind: 'direct', because: `external.metrics.k8s.io is served by ${metricsApi.servedBy}` };
  }
  if (metricsApi.state === 'off') {
    return { kind: 'direct', because: 'this operator does not serve external.metrics.k8s.io' };
  }
  // Being registered takes a moment at every start: that is no reason to change who scales.
  if (metricsApi.state === 'pending' && before === 'Direct') {
    return { kind: 'direct', because: 'external.metrics.k8s.io is not served by this operator yet' };
  }
  return { kind: 'autoscaler' };
}
