/** Puts the flow of tasks together: permits under the quota, and the limit that follows what calls tell. */
import type { CallRecord } from '../llm/analyze.ts';
import { type Allowance, Permits } from '../permits.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { afterCall, initialFlow } from './aimd.ts';
import { signalOf } from './signals.ts';

export function setUpFlow(
  concurrency: number,
  quota: Allowance | undefined,
  metrics: Pick<Metrics, 'inFlightLimit'>,
): { permits: Permits; onCall: (record: CallRecord) => void } {
  const permits = new Permits(concurrency, quota);
  metrics.inFlightLimit.set(permits.limit);
  let flow = initialFlow(concurrency);
  const onCall = (record: CallRecord) => {
    const signal = signalOf(record);
    if (!signal) return;
    const { limit } = flow;
    flow = afterCall(flow, signal, concurrency, performance.now());
    if (flow.limit === limit) return;
    permits.limit = flow.limit;
    metrics.inFlightLimit.set(permits.limit);
  };
  return { permits, onCall };
}
