import { describe, expect, it } from '@jest/globals';
import { figure, round, table, timesGoal } from './figures.ts';

describe('a figure', () => {
  it('has every field of the results file, also those that do not apply', () => {
    expect(figure('x_s', 0.12345, 's', 'n=30')).toEqual({
      name: 'x_s',
      value: 0.123,
      unit: 's',
      goal: null,
      peer: null,
      conditions: 'n=30',
    });
  });

  it.each([
    [0.01234, 0.012],
    [12.3456, 12.346],
    [1234.56, 1234.6],
    [-0.0004, -0],
  ])('rounds %d to %d', (value, is) => expect(round(value)).toBe(is));
});

describe('the table', () => {
  const figures = [
    figure('reaction_s', 0.5, 's', '', { goal: '≤ 0.8' }),
    figure('reaction_s', 10, 's', '', { peer: 'keda-default' }),
    figure('idle_writes', 0, '1/s', ''),
    figure('idle_writes', 2, '1/s', '', { peer: 'keda-tuned' }),
    figure('theirs_only', 3, 's', '', { peer: 'keda-tuned' }),
  ];

  it('puts each peer beside ours with the ratio, and no ratio to nothing', () => {
    expect(table(figures)).toEqual([
      '             ours   goal   keda-default  keda-tuned',
      'reaction_s   0.5 s  ≤ 0.8  10 s (20.0×)',
      'idle_writes  0 1/s                       2 1/s',
      'theirs_only  –                           3 s',
    ]);
  });
});

describe('how many times faster ours is', () => {
  it.each([
    ['reaction_0_to_20_p50_s', 'keda-default', 10],
    ['reaction_0_to_20_p99_s', 'keda-tuned', 5],
    ['reaction_1_to_20_p50_s', 'keda-default', 5],
    ['pods_ready_0_to_20_p50_s', 'keda-default', undefined],
    ['pools_1000_reaction_p99_s', 'keda-default', undefined],
  ] as const)('%s beside %s is to be %s', (name, peer, goal) => expect(timesGoal(name, peer)).toBe(goal));

  it('is judged in the table, by what was measured', () => {
    const lines = table([
      figure('reaction_0_to_20_p50_s', 1, 's', ''),
      figure('reaction_0_to_20_p50_s', 9.9, 's', '', { peer: 'keda-default' }),
      figure('reaction_0_to_20_p50_s', 5, 's', '', { peer: 'keda-tuned' }),
    ]);
    expect(lines[1]).toContain('9.9 s (9.9×, goal ≥ 10×: MISSED)');
    expect(lines[1]).toContain('5 s (5.0×, goal ≥ 5×: met)');
  });
});
