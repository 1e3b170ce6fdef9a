import { expect, test } from '@jest/globals';
import type { Ticket } from '../fare/ticket.ts';
import { cacheKey, type KeyParameters } from './key.ts';

const parameters: KeyParameters = {
  baseURL: 'https://llm/v1',
  model: 'gpt-4o-mini',
  answerFormat: 'OneWord',
  call: { max_tokens: 10, temperature: 0.3 },
};
const ticket: Ticket = {
  bookingId: 'DEMO-1',
  ticketClass: 'Economy',
  daysUntilFlight: 12,
  purchaseDate: '2026-11-01',
  fareRulesText: 'a',
};
const key = (change: Partial<Ticket> = {}, how = {}) =>
  cacheKey({ ...ticket, ...change }, { ...parameters, ...how });

test('identical tickets of different bookings share a key that does not show them', () => {
  expect(key({ bookingId: 'DEMO-2' })).toBe(key());
  expect(key()).toMatch(/^farerules:decision:[0-9a-f]{64}$/);
});

test('the order of fields does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(ticket).reverse()) as Ticket;
  expect(cacheKey(reversed, parameters)).toBe(key());
});

test.each<[string, Partial<Ticket>, object]>([
  ['cabin', { ticketClass: 'First' }, {}],
  ['days', { daysUntilFlight: 13 }, {}],
  ['purchase date', { purchaseDate: '2026-11-02' }, {}],
  ['departure', { departureTime: '2026-12-01T09:30:00Z' }, {}],
  ['price', { ticketPriceMinor: 1, currency: 'EUR' }, {}],
  ['fare rules', { fareRulesText: 'b' }, {}],
  ['reason', { refundReason: 'a' }, {}],
  ['model', {}, { model: 'gpt-6-luna' }],
  ['API', {}, { baseURL: 'https://other/v1' }],
  ['temperature', {}, { call: { max_tokens: 10, temperature: 0 } }],
  ['token limit', {}, { call: { max_tokens: 20, temperature: 0.3 } }],
  ['answer format', {}, { answerFormat: 'Structured' }],
])('another %s is another key', (_what, change, how) => {
  expect(key(change, how)).not.toBe(key());
});

test('text cannot move from one field to another unseen', () => {
  expect(key({ fareRulesText: 'ab', refundReason: 'c' })).not.toBe(
    key({ fareRulesText: 'a', refundReason: 'bc' }),
  );
});
