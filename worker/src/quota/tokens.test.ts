import { expect, test } from '@jest/globals';
import { estimate, firstEstimate, learned } from './tokens.ts';

const USED = { inputTokens: 140, outputTokens: 2 };

test('the first guess is rather too high', () => {
  expect(estimate(firstEstimate(10), 560)).toBe(178);
});

test('the first answer says what a call really takes', () => {
  const known = learned(firstEstimate(10), 560, USED);
  expect(estimate(known, 560)).toBe(142);
  expect(known.perCall).toBe(142);
});

test('a longer prompt takes more', () => {
  expect(estimate(learned(firstEstimate(10), 560, USED), 1_120)).toBe(282);
});

test('one call that differs moves the estimate by a tenth', () => {
  const known = learned(firstEstimate(10), 560, USED);
  expect(learned(known, 560, { inputTokens: 140, outputTokens: 102 }).outputTokens).toBeCloseTo(12, 10);
});

test('a call with room for reasoning takes all that room of the limit, however little it uses', () => {
  const known = learned(firstEstimate(2_000), 560, USED);
  expect(estimate(known, 560)).toBe(2_000);
  expect(known.perCall).toBe(2_000);
});
