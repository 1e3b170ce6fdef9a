import { expect, it } from '@jest/globals';
import type { Trial } from '../reaction/trial.ts';
import { failingFigures } from './failingFigures.ts';

const trials = (...seconds: number[]): Trial[] =>
  seconds.map((value) => ({ seconds: value, committedAt: 0, gaveUp: false }));

it('the figures of failing pools are the ratio of the p99s with its goal, and both sides', () => {
  const figures = failingFigures({ clean: trials(0.2, 0.4, 0.8), failing: trials(0.2, 0.5, 1.2) }, 'machine');
  expect(figures.map(({ name, value, goal }) => [name, value, goal])).toEqual([
    ['failing_50_of_100_reaction_p99_ratio', 1.5, '≤ 1.1'],
    ['failing_50_of_100_reaction_p50_s', 0.5, null],
    ['failing_50_of_100_reaction_p99_s', 1.2, null],
    ['clean_100_reaction_p50_s', 0.4, null],
    ['clean_100_reaction_p99_s', 0.8, null],
  ]);
  expect(figures[0]?.conditions).toContain('n=3, 0.20–1.20 s');
  expect(figures[0]?.conditions).toContain('stand-ins');
});
