import { describe, expect, test } from '@jest/globals';
import { delayMs } from './schedule.ts';

describe("a pool's pods are asked again", () => {
  test.each([
    ['5 s later while it has work', { busy: true }, 4_000, 6_000],
    ['15 s later without', { busy: false }, 12_000, 18_000],
    ['within 5 s at first', { busy: false, first: true }, 0, 5_000],
    ['15 s later when none answered', { busy: true, failures: 1 }, 12_000, 18_000],
    ['a minute later when none answered three times', { busy: true, failures: 3 }, 48_000, 72_000],
    ['two minutes later at most', { busy: true, failures: 50 }, 96_000, 144_000],
  ])('%s, give or take', (_, pace, least, most) => {
    const at = (random: number) => delayMs({ failures: 0, first: false, ...pace }, random);
    expect(at(0)).toBeCloseTo(least, 6);
    expect(at(1)).toBeCloseTo(most, 6);
  });
});
