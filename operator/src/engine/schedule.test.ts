import { describe, expect, it } from '@jest/globals';
import { backoffMs, hurryMs, pauseMs } from './schedule.ts';

const last = { busy: false, failures: 0, elapsedMs: 0, random: 0 };

describe('the next round', () => {
  it.each([
    ['half a second after the last one began while there is work', { busy: true, elapsedMs: 20 }, 480],
    ['three quarters of a second after it while there is none', { elapsedMs: 20 }, 730],
    ['earlier by chance, never later', { elapsedMs: 20, random: 0.999 }, 655.075],
    ['after as long as a slow engine took', { busy: true, elapsedMs: 400 }, 400],
    ['after no more than a second, however slow', { busy: true, elapsedMs: 4_000 }, 1_000],
    ['after a back-off when nothing was answered, work or not', { busy: true, failures: 2 }, 2_000],
  ])('is %s', (_, round, pause) => {
    expect(pauseMs({ ...last, ...round })).toBeCloseTo(pause);
  });
});

describe('a back-off', () => {
  it.each([
    [1, 500, 1_000],
    [2, 1_000, 2_000],
    [4, 4_000, 8_000],
    [5, 5_000, 10_000],
    [1_000, 5_000, 10_000],
  ])('after %i failures is between %i and %i ms', (failures, least, most) => {
    expect(backoffMs(failures, 0)).toBe(most);
    expect(backoffMs(failures, 1)).toBe(least);
  });
});

describe('a new question', () => {
  it.each([
    [10_000, 20],
    [240, 20],
    [100, 150],
    [0, 250],
  ])('asked %i ms after a round began waits %i ms', (since, wait) => {
    expect(hurryMs(since)).toBe(wait);
  });
});
