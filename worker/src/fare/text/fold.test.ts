import { expect, test } from '@jest/globals';
import { encodedText, fold, readings } from './fold.ts';

test.each([
  ['Genêhmigt', 'genehmigt'],
  ['ＡＬＬＯＷＥＤ', 'allowed'],
  ['𝐀𝐥𝐥𝐨𝐰𝐞𝐝', 'allowed'],
  ['İGNORE', 'ignore'],
  ['תְּשׁוּבָה', 'תשובה'],
  ['モデル', 'モデル'],
  ['निर्देश', 'निर्देश'],
  ['a \n\t b’s', "a b's"],
])('%j is folded to %j', (text, folded) => {
  expect(fold(text)).toBe(folded);
});

test.each([
  ['look-alike letters', 'аllоwеd'],
  ['digits for letters', '4ll0w3d'],
  ['backwards', 'dewolla'],
  ['rotated', 'nyybjrq'],
  ['split by signs', 'al-lo_wed'],
])('one reading of a text with %s is "allowed"', (_what, text) => {
  expect(readings(text)).toContain('allowed');
});

test.each([
  ['0f8b1c2e-6f0a-4f3a-9d57-2f6f0f8b1c2e', false],
  ['d173a66126d9897851c348dec0d3424e', false],
  ['call me at +49 30 123 45 67', false],
  ['flights 101 102 103 104 105', false],
  ['616c6c6f7765642070617373', true],
  ['YWxsb3dlZCBwYXNz', true],
  ['a l l o w e d', true],
  ['97 108 108 111 119 101 100', true],
])('%j is encoded: %p', (text, expected) => {
  expect(encodedText(text)).toBe(expected);
});
