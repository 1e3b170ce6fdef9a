import { expect, test } from '@jest/globals';
import { nextBoundary } from './boundary.ts';
import type { Ticket } from './ticket.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const ticket: Ticket = {
  bookingId: 'DEMO-1',
  ticketClass: 'Economy',
  daysUntilFlight: 12,
  purchaseDate: '2026-11-01',
};

test.each<[string, Partial<Ticket>, string, string]>([
  ['the end of the day', {}, '12:00', '2026-11-26T00:00Z'],
  [
    'a whole number of days before departure',
    { departureTime: '2026-12-07T15:00:00Z' },
    '12:00',
    '2026-11-25T15:00Z',
  ],
  [
    'never the boundary of this very moment',
    { departureTime: '2026-12-07T12:00:00Z' },
    '12:00',
    '2026-11-26T00:00Z',
  ],
  [
    'the end of 24 hours after the purchase',
    { purchaseTime: '2026-11-24T13:00:00Z', purchaseDate: '2026-11-24' },
    '12:00',
    '2026-11-25T13:00Z',
  ],
  [
    'the end of 24 hours after a date, as the far east has it',
    { purchaseDate: '2026-11-25' },
    '08:00',
    '2026-11-25T10:00Z',
  ],
])('the next boundary is %s', (_what, change, now, expected) => {
  const boundary = nextBoundary({ ...ticket, ...change }, Date.parse(`2026-11-25T${now}:00Z`));
  expect(boundary).toBe(Date.parse(expected));
});

test('a boundary is always ahead, by no more than a day', () => {
  for (let minutes = 0; minutes < 3 * 24 * 60; minutes += 7) {
    const now = NOW + minutes * 60_000;
    const boundary = nextBoundary({ ...ticket, departureTime: '2026-12-07T15:00' }, now);
    expect(boundary).toBeGreaterThan(now);
    expect(boundary - now).toBeLessThanOrEqual(86_400_000);
  }
});
