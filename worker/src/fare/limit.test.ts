import { expect, test } from '@jest/globals';
import { beyondLimit } from './limit.ts';

const limits = { EUR: 50_000, JPY: 0 };

test.each<[string, Parameters<typeof beyondLimit>[1], string | undefined]>([
  ['at the limit', { ticketPriceMinor: 50_000, currency: 'EUR' }, undefined],
  ['a cent above it', { ticketPriceMinor: 50_001, currency: 'EUR' }, 'PRICE_ABOVE_LIMIT'],
  ['above a limit of nothing', { ticketPriceMinor: 1, currency: 'JPY' }, 'PRICE_ABOVE_LIMIT'],
  ['without a price', { currency: 'EUR' }, 'PRICE_UNKNOWN'],
  ['without anything', {}, 'PRICE_UNKNOWN'],
  ['in another currency', { ticketPriceMinor: 1, currency: 'USD' }, 'CURRENCY_WITHOUT_LIMIT'],
])('a ticket %s', (_what, ticket, code) => {
  expect(beyondLimit(limits, ticket)?.code).toBe(code);
});

test('without a limit every price is decided', () => {
  expect(beyondLimit(undefined, {})).toBeUndefined();
});
