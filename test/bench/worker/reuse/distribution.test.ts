import { expect, it } from '@jest/globals';
import { repeated, tickets } from './distribution.ts';

it('a seed gives the same tickets each time, another seed others', () => {
  expect(tickets(50, 1)).toEqual(tickets(50, 1));
  expect(tickets(50, 1)).not.toEqual(tickets(50, 2));
});

it('the distribution is the one that is described', () => {
  const all = tickets(20_000, 7);
  const share = (is: (ticket: (typeof all)[number]) => boolean) => all.filter(is).length / all.length;
  expect(share(({ ticketClass }) => ticketClass === 'Economy')).toBeCloseTo(0.8, 1);
  expect(share(({ daysUntilFlight }) => daysUntilFlight < 5)).toBeCloseTo(0.5, 1);
  expect(share(({ boughtDaysAgo }) => [3, 17, 31].includes(boughtDaysAgo))).toBeCloseTo(0.52, 1);
  expect(share(({ refundReason }) => refundReason.startsWith('In own words'))).toBeCloseTo(0.1, 1);
});

it('what is repeated is counted, the first of each kind not', () => {
  const [one, other] = tickets(2, 3) as [
    ReturnType<typeof tickets>[number],
    ReturnType<typeof tickets>[number],
  ];
  expect(repeated([one, other, one, one])).toBe(0.5);
});
