import { expect, test } from '@jest/globals';
import { formatMinor } from './money.ts';

test.each([
  [12900, 'EUR', '129.00 EUR'],
  [5, 'EUR', '0.05 EUR'],
  [0, 'USD', '0.00 USD'],
  [12900, 'JPY', '12900 JPY'],
  [12345, 'KWD', '12.345 KWD'],
  [7, 'KWD', '0.007 KWD'],
  [12345, 'CLF', '1.2345 CLF'],
  [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91 EUR'],
])('%d minor units of %s are written as %s', (minor, currency, text) => {
  expect(formatMinor(minor, currency)).toBe(text);
});
