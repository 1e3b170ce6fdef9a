import { expect, it } from '@jest/globals';
import { figure } from './figures.ts';
import { merged } from './results.ts';

it('a figure that is measured again takes the place of the former, for each peer', () => {
  const before = [figure('a_s', 1, 's', 'n=15'), figure('a_s', 9, 's', '', { peer: 'keda-tuned' })];
  const after = merged(before, [figure('a_s', 2, 's', 'n=30'), figure('b_s', 3, 's', '')]);
  expect(after.map(({ name, peer, value }) => [name, peer, value])).toEqual([
    ['a_s', null, 2],
    ['a_s', 'keda-tuned', 9],
    ['b_s', null, 3],
  ]);
});
