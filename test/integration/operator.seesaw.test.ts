/**
 * Two write the same number: the operator, ahead of the autoscaler, and the autoscaler. One tooth of the load of
 * `make soak-scaling` (see test/soak/), with everything in it that has made the two undo each other's steps.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { oneTooth } from '../soak/sawtooth.ts';
import { type Soaked, soak } from '../soak/soak.ts';

describe('under a load that jumps, moves by 10 %, bursts and falls, with a rollout', () => {
  const curve = oneTooth();
  const told: string[] = [];
  let soaked: Soaked;

  beforeAll(
    async () => {
      soaked = await soak(curve, { tell: (line) => told.push(line) });
    },
    (curve.length + 240) * 1_000,
  );

  it('both the operator and the autoscaler scale', () => {
    const writers = new Set(soaked.steps.map(({ writer }) => writer));
    expect({ told, writers }).toEqual({ told, writers: new Set(['operator', 'autoscaler']) });
  });

  it('each step has the same writer in managedFields and in the audit log', () => {
    expect(soaked.unwitnessed).toEqual([]);
  });

  it('neither undoes within a minute a step of the other', () => {
    expect({ told, undone: soaked.undone }).toEqual({ told, undone: [] });
  });

  it('goes up by the operator at once, to the most pods in a burst of 5 s, and down to the rest', () => {
    const highest = soaked.steps.find(({ to }) => to === 10);
    expect(highest?.writer).toBe('operator');
    expect(soaked.steps.at(-1)).toMatchObject({ to: 3, writer: 'autoscaler' });
  });
});
