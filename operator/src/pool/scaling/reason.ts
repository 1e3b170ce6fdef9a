/** Why the pool has the size that it has, in one sentence. */
import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { Backlog } from '../observation.ts';
import type { SpentBudget } from './budget.ts';
import { pods, seconds } from './sentences.ts';
import type { ZeroCause } from './zero.ts';

export interface ReasonInput {
  backlog: Backlog;
  /** Pods that exist. */
  replicas: number;
  /** What the signals and limits say; absent while the backlog is unknown. */
  desired: string | undefined;
  fellBack: boolean;
  zero: ZeroCause | undefined;
  /** While the budget is spent. */
  spent: SpentBudget | undefined;
}

export function scalingReason(scaling: PoolSpec['scaling'], input: ReasonInput): string {
  const { spent } = input;
  const size = sizeReason(scaling, input);
  return spent?.action === 'Manual' ? `${size} Tasks go to MANUAL: ${spent.because}.` : size;
}

function sizeReason({ fallback }: PoolSpec['scaling'], input: ReasonInput): string {
  const { backlog, replicas, desired = '', fellBack, zero, spent } = input;
  if (zero === 'BudgetSpent') return `Stopped: ${spent?.because ?? 'the budget was spent'}.`;
  if (backlog.known) {
    return zero === 'Idle' ? 'At zero: there is no work; the next task wakes the pool.' : desired;
  }
  const why = `the backlog is unknown (${backlog.reason ?? 'not asked yet'})`;
  if (!fellBack || !fallback) return `Holds ${pods(replicas)}: ${why}.`;
  const after = seconds(durationMs(fallback.after) / 1_000);
  return `Fell back to ${pods(fallback.replicas)}: for more than ${after} ${why}.`;
}
