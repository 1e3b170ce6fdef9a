import { describe, expect, it } from '@jest/globals';
import { figure } from '../figures.ts';
import { table, unmet } from './table.ts';

const peers = [
  figure('x', 100, '1/s', '', { peer: 'engine-limit' }),
  figure('x', 25, '1/s', '', { peer: 'js-default' }),
];

describe('a goal', () => {
  it.each([
    [95, '≥ 0.9× engine-limit, ≥ 4× js-default', ['≥ 4× js-default']],
    [89, '≥ 0.9× engine-limit, ≥ 4× js-default', ['≥ 0.9× engine-limit', '≥ 4× js-default']],
    [100, '≥ 0.9× engine-limit, ≥ 4× js-default', []],
    [26, '≤ js-default', ['≤ js-default']],
    [25, '≤ js-default', []],
    [1, '≥ 100× python', []],
    [0.94, '≥ 0.95', ['≥ 0.95']],
    [150, '≤ 150', []],
  ])('for %d of %s leaves %j open', (value, goal, open) => {
    expect(unmet(figure('x', value, '1/s', '', { goal }), peers)).toEqual(open);
  });
});

it('the table has a column for each peer and says which goals are missed', () => {
  const lines = table([
    figure('x', 95, '1/s', '', { goal: '≥ 0.9× engine-limit' }),
    ...peers,
    figure('y', 3, 'ms', '', { goal: '≤ 2' }),
    figure('theirs', 1, 'ms', '', { peer: 'js-default' }),
  ]);
  expect(lines).toEqual([
    '        ours    goal                      engine-limit  js-default',
    'x       95 1/s  ≥ 0.9× engine-limit: met  100 1/s       25 1/s',
    'y       3 ms    ≤ 2: MISSED',
    'theirs                                                  1 ms',
  ]);
});
