/** How many pods the LLM quota can feed. */
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { WorkerStats } from '../observation.ts';
import { ceilOf, TOLERANCE } from './hpaMetrics.ts';

/**
 * Little's law on calls: at the rate that the quota allows, rate × duration
 * calls are open at once, and a pod has `worker.concurrency` of them. The
 * duration is that of the call alone, not of waiting for the quota.
 * @param before the ceiling until now: it stays while the new one differs by no more than a tenth,
 *   or every wobble of a measurement would be a write
 * @returns undefined while a quota or what is needed to judge it is not known
 */
export function quotaCeiling(
  { llm, worker }: PoolSpec,
  { llmMeanSeconds, tokensPerCall }: WorkerStats,
  before: number | undefined,
): number | undefined {
  if (!llmMeanSeconds) return undefined;
  const groups = new Set(llm.credentials.map(({ quotaGroup }) => quotaGroup));
  let callsPerMinute = 0;
  for (const group of groups) {
    const quota = llm.quotas?.find((item) => item.group === group);
    const byTokens =
      quota?.tokensPerMinute !== undefined && tokensPerCall
        ? quota.tokensPerMinute / tokensPerCall
        : undefined;
    const rate = Math.min(
      quota?.requestsPerMinute ?? Number.POSITIVE_INFINITY,
      byTokens ?? Number.POSITIVE_INFINITY,
    );
    callsPerMinute += rate;
  }
  if (!Number.isFinite(callsPerMinute)) return undefined;
  const ceiling = Math.max(1, ceilOf((callsPerMinute * llmMeanSeconds) / (60 * worker.concurrency)));
  return before !== undefined && Math.abs(ceiling - before) <= before * TOLERANCE ? before : ceiling;
}
