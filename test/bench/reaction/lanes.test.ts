import { expect, it } from '@jest/globals';
import { lanesOf } from './lanes.ts';

it.each([
  { trials: 15, lanes: 3, is: [5, 5, 5] },
  { trials: 5, lanes: 3, is: [2, 2, 1] },
  { trials: 1, lanes: 3, is: [1] },
  { trials: 0, lanes: 3, is: [] },
])('$trials trials in $lanes lanes are $is, and no lane is for nothing', ({ trials, lanes, is }) => {
  const found = lanesOf(trials, lanes);
  expect(found.map((lane) => lane.trials)).toEqual(is);
  expect(found.map(({ number }) => number)).toEqual(is.map((_, index) => index + 1));
});
