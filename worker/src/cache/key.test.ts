import { expect, test } from '@jest/globals';
import type { Ticket } from '../fare/ticket.ts';
import { type AnswerPolicy, hashKey, type KeyParameters, questionName } from './key.ts';

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
const policy: AnswerPolicy = { minProbability: 0.9, whenProbabilityUnknown: 'Manual' };
const asking = { parameters, policy, includeBookingId: false };
const secret = hashKey('pool', 'sk-first');
const key = (change: Partial<Ticket> = {}, how = {}) =>
  questionName({ ...ticket, ...change }, { ...asking, parameters: { ...parameters, ...how } }, secret);

test('identical tickets of different bookings share a key that does not show them', () => {
  expect(key({ bookingId: 'DEMO-2' })).toBe(key());
  expect(key()).toMatch(/^[0-9a-f]{64}$/);
});

test('where the model reads the booking id, another booking is another question', () => {
  const name = (bookingId: string) =>
    questionName({ ...ticket, bookingId }, { ...asking, includeBookingId: true }, secret);
  expect(name('DEMO-1')).not.toBe(name('DEMO-2'));
  expect(name('DEMO-1')).not.toBe(key());
});

test('the order of fields does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(ticket).reverse()) as Ticket;
  expect(questionName(reversed, asking, secret)).toBe(key());
});

test.each<[string, Partial<Ticket>, object]>([
  ['cabin', { ticketClass: 'First' }, {}],
  ['days', { daysUntilFlight: 13 }, {}],
  ['purchase date', { purchaseDate: '2026-11-02' }, {}],
  ['departure', { departureTime: '2026-12-01T09:30:00Z' }, {}],
  ['price', { ticketPriceMinor: 1, currency: 'EUR' }, {}],
  ['fare rules', { fareRulesText: 'b' }, {}],
  ['reason', { refundReason: 'a' }, {}],
  ['fact', { carrierCancelled: true }, {}],
  ['purchase time', { purchaseTime: '2026-11-01T10:00:00Z' }, {}],
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

test.each<[string, Partial<AnswerPolicy>]>([
  ['threshold', { minProbability: 0.8 }],
  ['way with an unknown probability', { whenProbabilityUnknown: 'Accept' }],
])('an answer that passed another %s is another answer', (_what, change) => {
  expect(questionName(ticket, { ...asking, policy: { ...policy, ...change } }, secret)).not.toBe(key());
});

test.each([
  ['pool', hashKey('other', 'sk-first')],
  ['API key', hashKey('pool', 'sk-other')],
])('without the %s nobody can tell the name of a question', (_what, other) => {
  expect(questionName(ticket, asking, other)).not.toBe(key());
});

test('text cannot move between the pool and the key unseen', () => {
  expect(hashKey('a', 'b\nc').equals(hashKey('a\nb', 'c'))).toBe(false);
});
