/** What keeps the pool from having as many pods, or as few, as its signals ask for. */
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { Overlap } from './overlap.ts';
import type { Hold } from './pause.ts';

export type LimitName =
  | 'minReplicas'
  | 'maxReplicas'
  | 'quota'
  | 'budget'
  | 'podProblem'
  | 'pause'
  | 'overlap';

export interface Limit {
  name: LimitName;
  replicas: number;
  /** Ends the sentence "…, held at N: ". */
  because: string;
}

export interface Limits {
  /** Fewest pods, and why not fewer. */
  floor: Limit;
  /** Most pods, and why not more. The autoscaler's maxReplicas: its other metrics must obey too. */
  ceiling: Limit;
  hold: Hold;
}

export interface Restraints {
  /** Fewest pods that the pool keeps now: at least one until it has been idle long enough. */
  fewest: { replicas: number; because: string };
  pause: Hold;
  overlap: Overlap;
  /** Pods that the LLM quota can feed. */
  quotaCeiling?: number | undefined;
  /** With what the budget was spent that keeps pods from being added. */
  budget?: { because: string } | undefined;
  /** Why new pods do not start. */
  podProblem?: string | undefined;
}

/**
 * @param running the larger of what was asked for and what exists. Nothing but `maxReplicas` ever
 *   takes a running pod away: other limits stop the way up.
 */
export function limits(
  { maxReplicas }: PoolSpec['scaling'],
  { fewest, pause, overlap, quotaCeiling, budget, podProblem }: Restraints,
  running: number,
): Limits {
  const hold = { in: pause.in || overlap.older !== undefined, out: pause.out || overlap.older !== undefined };
  const whyHeld: Pick<Limit, 'name' | 'because'> =
    overlap.older === undefined
      ? { name: 'pause', because: 'scaling is paused' }
      : { name: 'overlap', because: `${overlap.older} is older and serves the same tasks` };

  // The first of equals is told: what a person can change comes before what was measured.
  const ceilings: Limit[] = [
    { name: 'maxReplicas', replicas: maxReplicas, because: `maxReplicas is ${maxReplicas}` },
  ];
  const stopAt = (replicas: number, name: LimitName, because: string) =>
    ceilings.push({
      name,
      replicas: Math.min(Math.max(replicas, running, fewest.replicas), maxReplicas),
      because,
    });
  if (podProblem !== undefined) stopAt(running, 'podProblem', `new pods do not start (${podProblem})`);
  if (budget) stopAt(running, 'budget', budget.because);
  if (quotaCeiling !== undefined) {
    stopAt(quotaCeiling, 'quota', `the LLM quota feeds no more than ${quotaCeiling}`);
  }
  const lowest = ceilings.reduce((least, limit) => (limit.replicas < least.replicas ? limit : least));
  return {
    floor: hold.in
      ? { ...whyHeld, replicas: running }
      : {
          name: 'minReplicas',
          replicas: hold.out ? Math.min(fewest.replicas, running) : fewest.replicas,
          because: fewest.because,
        },
    // Without removals, pods above the most stay too.
    ceiling: hold.out
      ? { ...whyHeld, replicas: running }
      : hold.in
        ? { ...lowest, replicas: Math.max(lowest.replicas, running) }
        : lowest,
    hold,
  };
}
