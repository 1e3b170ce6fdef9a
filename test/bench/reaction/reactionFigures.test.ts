import { describe, expect, it } from '@jest/globals';
import { reactionFigures } from './reactionFigures.ts';
import type { Reaction } from './reactions.ts';

const reaction = (seconds: number, change: Partial<Reaction> = {}): Reaction => ({
  seconds,
  committedAt: 0,
  gaveUp: false,
  peer: null,
  from: 1,
  lane: 1,
  ...change,
});

describe('the figures of reactions', () => {
  it('are median and p99 for each side and start, with goals for ours alone', () => {
    const figures = reactionFigures(
      [
        reaction(0.2),
        reaction(0.9),
        reaction(0.4),
        reaction(20, { peer: 'keda-default', from: 0 }),
        reaction(7, { peer: 'keda-tuned', from: 0 }),
      ],
      'machine',
    );
    expect(figures.map(({ name, value, goal, peer }) => [name, value, goal, peer])).toEqual([
      ['reaction_1_to_20_p50_s', 0.4, '≤ 0.8 s', null],
      ['reaction_1_to_20_p99_s', 0.9, '≤ 1.5 s', null],
      ['reaction_0_to_20_p50_s', 20, null, 'keda-default'],
      ['reaction_0_to_20_p99_s', 20, null, 'keda-default'],
      ['reaction_0_to_20_p50_s', 7, null, 'keda-tuned'],
      ['reaction_0_to_20_p99_s', 7, null, 'keda-tuned'],
    ]);
  });

  it('say how many trials there were, their ends, and how many were given up', () => {
    const [figure] = reactionFigures([reaction(0.2), reaction(120, { gaveUp: true })], 'machine');
    expect(figure?.conditions).toContain('n=2, 0.20–120.00 s, 1 given up and counted so, 1 lane for');
  });

  it('say how many lanes ran side by side', () => {
    const [figure] = reactionFigures([reaction(0.2), reaction(0.3, { lane: 2 }), reaction(0.4)], 'machine');
    expect(figure?.conditions).toContain('2 lanes side by side');
  });
});
