import { expect, test } from '@jest/globals';
import { decideByRule, type RuleName } from './rules.ts';
import type { Ticket } from './ticket.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const ticket: Ticket = {
  bookingId: 'DEMO-1',
  ticketClass: 'Economy',
  daysUntilFlight: 30,
  purchaseDate: '2026-11-01',
};
const ALL: RuleName[] = ['CouponFlown', 'CarrierCancelled', 'TwentyFourHours'];
const decide = (change: Partial<Ticket>, rules = ALL) => decideByRule(rules, { ...ticket, ...change }, NOW);

test.each<[string, Partial<Ticket>, string, string]>([
  ['with a flown coupon', { couponFlown: true }, 'CouponFlown@2', 'MANUAL'],
  [
    'of a flight that the carrier cancelled, with no coupon flown',
    { carrierCancelled: true, couponFlown: false },
    'CarrierCancelled@2',
    'ALLOWED',
  ],
  [
    'of a cancelled flight with a flown coupon',
    { carrierCancelled: true, couponFlown: true },
    'CouponFlown@2',
    'MANUAL',
  ],
  [
    'bought exactly 24 hours ago',
    { purchaseDate: '2026-11-24', purchaseTime: '2026-11-24T12:00:00Z' },
    'TwentyFourHours@2',
    'ALLOWED',
  ],
  [
    'bought an hour ago, exactly 7 days ahead',
    {
      purchaseDate: '2026-11-25',
      purchaseTime: '2026-11-25T11:00:00Z',
      departureTime: '2026-12-02T11:00:00Z',
      daysUntilFlight: 7,
    },
    'TwentyFourHours@2',
    'ALLOWED',
  ],
  ['bought today, wherever today is', { purchaseDate: '2026-11-26' }, 'TwentyFourHours@2', 'ALLOWED'],
  [
    'bought this morning at a local time that is recent everywhere',
    { purchaseDate: '2026-11-25', purchaseTime: '2026-11-25T02:30' },
    'TwentyFourHours@2',
    'ALLOWED',
  ],
])('a ticket %s is decided', (_what, change, rule, decision) => {
  expect(decide(change)).toMatchObject({ rule, decision });
});

test.each<[string, Partial<Ticket>]>([
  ['about which nothing is known', {}],
  ['of a cancelled flight, of which a coupon may have been flown', { carrierCancelled: true }],
  ['that was not cancelled', { carrierCancelled: false, couponFlown: false }],
  ['bought 24 hours and a second ago', { purchaseDate: '2026-11-24', purchaseTime: '2026-11-24T11:59:59Z' }],
  ['bought today or more than 24 hours ago, by the zone', { purchaseDate: '2026-11-25' }],
  [
    'bought at a local time that may be too long ago',
    { purchaseDate: '2026-11-25', purchaseTime: '2026-11-25T01:30' },
  ],
  [
    'bought a second less than 7 days ahead',
    {
      purchaseDate: '2026-11-25',
      purchaseTime: '2026-11-25T11:00:00Z',
      departureTime: '2026-12-02T10:59:59Z',
      daysUntilFlight: 7,
    },
  ],
  [
    'bought an hour ago for a flight in 7 days, which may be 6 and some hours',
    { purchaseDate: '2026-11-25', purchaseTime: '2026-11-25T11:00:00Z', daysUntilFlight: 7 },
  ],
  [
    'bought an hour ago and flown in part',
    { purchaseDate: '2026-11-25', purchaseTime: '2026-11-25T11:00:00Z', couponFlown: true },
  ],
])('a ticket %s is left to the model', (_what, change) => {
  expect(decide(change, ['CarrierCancelled', 'TwentyFourHours'])).toBeUndefined();
});

test.each<RuleName>(ALL)('%s does not decide where it is off', (name) => {
  const every = {
    couponFlown: name === 'CouponFlown',
    carrierCancelled: true,
    purchaseDate: '2026-11-25',
    purchaseTime: '2026-11-25T11:00:00Z',
  };
  expect(decide(every, [name])).toMatchObject({ rule: `${name}@2` });
  const decided = decide(
    every,
    ALL.filter((other) => other !== name),
  );
  expect(decided?.rule).not.toBe(`${name}@2`);
  expect(decide(every, [])).toBeUndefined();
});
