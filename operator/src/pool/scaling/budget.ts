/** Whether the money for the LLM is spent, and what that means for the pool. */
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { WorkerStats } from '../observation.ts';

export interface SpentBudget {
  /** Whether the pool goes to zero until the hour or the day is over; otherwise no pod is added. */
  stops: boolean;
  /** With the numbers, for the sentence. */
  because: string;
}

/** Undefined while there is money, or while it is not known how much was spent. */
export function spentBudget({ budget }: PoolSpec['llm'], { spentUSD }: WorkerStats): SpentBudget | undefined {
  if (!budget || !spentUSD) return undefined;
  const periods = [
    ['hour', spentUSD.hour, budget.perHourUSD],
    ['day', spentUSD.day, budget.perDayUSD],
  ] as const;
  for (const [period, spent, limit] of periods) {
    if (limit === undefined || spent < limit) continue;
    return {
      stops: budget.whenSpent === 'Stop',
      because: `$${spent.toFixed(2)} of $${limit} of this ${period} are spent`,
    };
  }
  return undefined;
}
