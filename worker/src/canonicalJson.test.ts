import { expect, test } from '@jest/globals';
import { canonicalJson } from './canonicalJson.ts';

test.each([
  [
    { b: 1, a: { d: [1, { z: 0, y: null }], c: 'ä"\\\u2028' } },
    '{"a":{"c":"ä\\"\\\\\u2028","d":[1,{"y":null,"z":0}]},"b":1}',
  ],
  [{ here: 1, gone: undefined }, '{"here":1}'],
  [[undefined, 1], '[null,1]'],
  [{}, '{}'],
  [[], '[]'],
  ['text', '"text"'],
])('%j is %s', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
});

test('a value that was printed and read again has the same text', () => {
  const record = { z: 0.1 + 0.2, a: -0, cost: 2.34e-5, text: '\ud800 lone', nested: [{ b: [], a: {} }] };
  expect(canonicalJson(JSON.parse(JSON.stringify(record)))).toBe(canonicalJson(record));
});
