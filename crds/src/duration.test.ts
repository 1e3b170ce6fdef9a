import { expect, test } from '@jest/globals';
import { durationMs } from './duration.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['1m0.5s', 60_500],
])('%s is %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(['', '8', '-8s', '1d', '1 s', 's', '10S', '1234567h'])('"%s" is not a duration', (text) => {
  expect(() => durationMs(text)).toThrow(RangeError);
});
