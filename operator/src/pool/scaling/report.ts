/** `status.scaling`: the decision in numbers. */
import type { PoolStatus } from '../../../../crds/src/pool.ts';
import type { ScalingDecision } from './decide.ts';
import { rounded } from './sentences.ts';

const MODES = { autoscaler: 'Autoscaler', direct: 'Direct', standBack: 'StandBack' } as const;

export function scalingStatus({
  mode,
  desired,
  limits,
  zero,
}: ScalingDecision): NonNullable<PoolStatus['scaling']> {
  return {
    mode: MODES[mode.kind],
    ...(desired && {
      signals: desired.signals.map(({ name, value, target, asksFor }) => ({
        name,
        value: rounded(value),
        target,
        ...(asksFor !== undefined && { asksFor }),
      })),
      winner: desired.winner,
      ...(desired.limit && { limit: desired.limit.name }),
    }),
    ceiling: limits.ceiling.replicas,
    ...(zero && { zero }),
  };
}
