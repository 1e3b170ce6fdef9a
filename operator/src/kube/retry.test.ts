import { expect, it } from '@jest/globals';
import { nextRetry } from './retry.ts';

it.each<[string, number, number | undefined, number]>([
  ['twice the one before', 100, undefined, 200],
  ['five seconds at most', 4_000, undefined, 5_000],
  ['five seconds at most while a right has been missing for less than a minute', 5_000, 49_000, 5_000],
  ['a tenth of the time for which a right has been missing', 5_000, 80_000, 8_000],
  ['never more than twice as long for a right that was missing for hours', 5_000, 7_200_000, 10_000],
  ['twenty seconds at most for such a right', 19_000, 7_200_000, 20_000],
  ['five seconds again, once it fails for another reason', 20_000, undefined, 5_000],
])('the next wait is %s', (_, before, refusedFor, expected) => {
  expect(nextRetry(before, refusedFor)).toBe(expected);
});
