import { expect, test } from '@jest/globals';
import { type PeriodName, periodAt } from './periods.ts';

test.each<[PeriodName, string, string, string, string]>([
  ['hour', 'Asia/Kolkata', '2026-11-25T12:34:56Z', '2026-11-25T12:00Z', '2026-11-25T13:00Z'],
  ['hour', 'UTC', '2026-11-25T13:00:00Z', '2026-11-25T13:00Z', '2026-11-25T14:00Z'],
  ['day', 'UTC', '2026-11-25T23:59:59.999Z', '2026-11-25T00:00Z', '2026-11-26T00:00Z'],
  ['day', 'UTC', '2026-11-26T00:00:00Z', '2026-11-26T00:00Z', '2026-11-27T00:00Z'],
  ['day', 'Asia/Kolkata', '2026-11-25T18:29:59Z', '2026-11-24T18:30Z', '2026-11-25T18:30Z'],
  // The clock goes forward, then back: 23 and 25 hours.
  ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  ['day', 'America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
])('the %s in %s at %s is from %s to %s', (name, zone, now, start, end) => {
  expect(periodAt(name, Date.parse(now), zone)).toEqual({
    name,
    start: Date.parse(start),
    end: Date.parse(end),
  });
});
