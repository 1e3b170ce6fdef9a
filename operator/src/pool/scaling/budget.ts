/** Whether the money for the LLM is spent, and what that means for the pool. */
import { dayOf } from '../../../../crds/src/day.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { WorkerStats } from '../observation.ts';

const HOUR_MS = 3_600_000;

export interface SpentBudget {
  /**
   * Hold: no pod is added. Stop: the pool goes to zero. Manual: pods come and go as ever, and what they do costs
   * nothing.
   */
  action: 'Hold' | 'Stop' | 'Manual';
  /** When the hour or the day is over, milliseconds since the epoch. */
  until: number;
  /** With the numbers, for the sentence. */
  because: string;
}

/** Undefined while there is money, or while it is not known how much was spent. */
export function spentBudget(
  { budget }: PoolSpec['llm'],
  { spentUSD }: WorkerStats,
  now: number,
): SpentBudget | undefined {
  if (!budget || !spentUSD) return undefined;
  // The longer one first: it says until when.
  const periods = [
    ['day', spentUSD.day, budget.perDayUSD, dayOf(now, budget.timeZone).end],
    ['hour', spentUSD.hour, budget.perHourUSD, now - (now % HOUR_MS) + HOUR_MS],
  ] as const;
  for (const [period, spent, limit, until] of periods) {
    if (limit === undefined || spent < limit) continue;
    return {
      action: budget.whenSpent,
      until,
      because: `$${spent.toFixed(2)} of $${limit} of this ${period} are spent`,
    };
  }
  return undefined;
}
