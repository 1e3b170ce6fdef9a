import { expect, test } from '@jest/globals';
import { isOut, type Outage, refusedAgain, tried } from './outage.ts';

const MINUTE = 60_000;
const NOW = 1_000_000;
/** Refused that often, each time as soon as it is tried. */
const refusedTimes = (times: number) => {
  let outage: Outage | undefined;
  for (let now = NOW, time = 0; time < times; time += 1, now = outage.retryAt)
    outage = refusedAgain(outage, now);
  return outage as Outage;
};

test('a refusal keeps away for a minute', () => {
  const outage = refusedAgain(undefined, NOW);
  expect(isOut(outage, NOW + MINUTE - 1)).toBe(true);
  expect(isOut(outage, NOW + MINUTE)).toBe(false);
  expect(isOut(undefined, NOW)).toBe(false);
});

test.each([
  [1, 1],
  [2, 2],
  [4, 8],
  [5, 15],
  [50, 15],
])('after %d refusals it keeps away for %d minutes', (times, minutes) => {
  expect(refusedTimes(times).pauseMs).toBe(minutes * MINUTE);
});

test('calls that were under way together are refused once', () => {
  const outage = refusedAgain(undefined, NOW);
  expect(refusedAgain(outage, NOW + 3_000)).toBe(outage);
});

test('while one call tries, others stay away; a call that never ends does not keep them away for ever', () => {
  const outage = tried(refusedTimes(1), NOW + MINUTE);
  expect(isOut(outage, NOW + MINUTE)).toBe(true);
  expect(isOut(outage, NOW + 2 * MINUTE)).toBe(false);
});

test('a call made while everything is refused does not put off the next try', () => {
  const outage = refusedTimes(1);
  expect(tried(outage, NOW + 1)).toBe(outage);
});
