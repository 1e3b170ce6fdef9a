import { describe, expect, test } from '@jest/globals';
import { percentile } from './stats.ts';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  test.each([
    [[], 0.5, undefined],
    [[7], 0.95, 7],
    [[1, 2], 0.5, 1],
    [hundred, 0.5, 50],
    [hundred, 0.95, 95],
    [hundred, 1, 100],
  ])('of %j at %d is %p', (values, share, expected) => expect(percentile(values, share)).toBe(expected));

  test('leaves its values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
});
