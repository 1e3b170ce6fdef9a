import { describe, expect, it } from '@jest/globals';
import { median, quantile, spread } from './statistics.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => n - index);

describe('a quantile by nearest rank', () => {
  it.each([
    { of: [7], q: 0.99, is: 7 },
    { of: [3, 1, 2], q: 0, is: 1 },
    { of: [3, 1, 2], q: 0.5, is: 2 },
    { of: [4, 3, 2, 1], q: 0.5, is: 2 },
    { of: [3, 1, 2], q: 1, is: 3 },
    { of: upTo(99), q: 0.99, is: 99 },
    { of: upTo(100), q: 0.99, is: 99 },
    { of: upTo(101), q: 0.99, is: 100 },
    { of: upTo(200), q: 0.99, is: 198 },
    { of: [10, 9, 2], q: 0.5, is: 9 },
  ])('of $of.length values at $q is $is', ({ of, q, is }) => {
    expect(quantile(of, q)).toBe(is);
  });

  it('does not sort the caller’s values', () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it.each([
    { of: [], q: 0.5 },
    { of: [1], q: 1.1 },
    { of: [1], q: -0.1 },
    { of: [1], q: Number.NaN },
  ])('refuses $q of $of', ({ of, q }) => {
    expect(() => quantile(of, q)).toThrow(RangeError);
  });
});

describe('a median', () => {
  it.each([
    { of: [5], is: 5 },
    { of: [9, 1], is: 5 },
    { of: [10, 9, 2], is: 9 },
    { of: [4, 1, 3, 2], is: 2.5 },
  ])('of $of is $is', ({ of, is }) => {
    expect(median(of)).toBe(is);
  });

  it('of nothing is refused', () => {
    expect(() => median([])).toThrow('no values');
  });
});

it('a spread has the ends, the middle and the 99th percentile', () => {
  expect(spread([0.4, 0.2, 1.5])).toEqual({ count: 3, min: 0.2, median: 0.4, p99: 1.5, max: 1.5 });
});
