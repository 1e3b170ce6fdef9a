import { expect, test } from '@jest/globals';
import { decode, encode } from './known.ts';

test('a decision is read as it was written', () => {
  const known = { decision: 'ALLOWED', probability: 0.97, until: 10 } as const;
  expect(decode(encode(known), 9)).toEqual(known);
});

test.each([
  ['nothing', null],
  ['what is no JSON', 'ALLOWED'],
  ['another label', '{"decision":"APPROVED","until":99}'],
  ['no end', '{"decision":"ALLOWED"}'],
  ['a probability beyond 1', '{"decision":"ALLOWED","until":99,"probability":7}'],
  ['one whose time is over', '{"decision":"ALLOWED","until":10}'],
])('%s is no decision', (_what, text) => {
  expect(decode(text, 10)).toBeUndefined();
});
