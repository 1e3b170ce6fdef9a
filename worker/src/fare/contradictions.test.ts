import { expect, test } from '@jest/globals';
import { contradiction } from './contradictions.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const ticket = { purchaseDate: '2026-11-01', daysUntilFlight: 12 };
type Change = Partial<Parameters<typeof contradiction>[0]>;

test.each<[string, Change]>([
  ['bought before today', {}],
  ['bought today', { purchaseDate: '2026-11-25' }],
  ['bought on the day that has begun in the east', { purchaseDate: '2026-11-26' }],
  [
    'bought a moment ahead of our clock',
    { purchaseTime: '2026-11-25T12:04:00Z', purchaseDate: '2026-11-25' },
  ],
  ['bought at a time of that day', { purchaseTime: '2026-11-01T08:00:00Z' }],
  ['bought late on that day in the far west', { purchaseTime: '2026-11-02T11:00:00Z' }],
  ['leaving as many days ahead as it says', { departureTime: '2026-12-07T09:30:00Z' }],
  ['leaving a day later than counted', { departureTime: '2026-12-08T11:00:00Z' }],
  ['leaving at a local time', { departureTime: '2026-12-08T23:00' }],
  ['whose flight has left', { daysUntilFlight: -3, departureTime: '2026-11-22T10:00:00Z' }],
])('a ticket %s is consistent', (_what, change) => {
  expect(contradiction({ ...ticket, ...change }, NOW)).toBeUndefined();
});

test.each<[string, Change, RegExp]>([
  ['bought tomorrow', { purchaseDate: '2026-11-27' }, /purchase is in the future/],
  [
    'bought in an hour',
    { purchaseDate: '2026-11-25', purchaseTime: '2026-11-25T13:00:00Z' },
    /purchase is in the future/,
  ],
  ['bought at a time of another day', { purchaseTime: '2026-11-03T08:00:00Z' }, /purchaseTime/],
  ['leaving much sooner than it says', { departureTime: '2026-11-26T09:30:00Z' }, /daysUntilFlight/],
  ['leaving much later than it says', { departureTime: '2027-01-07T09:30:00Z' }, /daysUntilFlight/],
  [
    'said to have left when it has not',
    { daysUntilFlight: -3, departureTime: '2026-12-01T09:30Z' },
    /daysUntil/,
  ],
  [
    'that left before it was bought',
    { daysUntilFlight: -30, departureTime: '2026-10-26T12:00:00Z' },
    /before the purchase/,
  ],
  ['that left before it was bought, by its days alone', { daysUntilFlight: -40 }, /before the purchase/],
])('a ticket %s is contradictory', (_what, change, because) => {
  expect(contradiction({ ...ticket, ...change }, NOW)).toEqual({
    code: 'CONTRADICTORY_DATES',
    message: expect.stringMatching(because),
  });
});
