import { expect, test } from '@jest/globals';
import { dayOf, isTimeZone } from './day.ts';

test.each([
  // [zone, now, start, end]
  ['UTC', '2026-01-01T10:30:00Z', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['UTC', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['UTC', '2026-01-01T23:59:59.999Z', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['Europe/Berlin', '2026-01-01T23:30:00Z', '2026-01-01T23:00:00Z', '2026-01-02T23:00:00Z'],
  ['America/New_York', '2026-07-01T03:59:59Z', '2026-06-30T04:00:00Z', '2026-07-01T04:00:00Z'],
  ['Asia/Kolkata', '2026-07-01T12:00:00Z', '2026-06-30T18:30:00Z', '2026-07-01T18:30:00Z'],
  ['Pacific/Kiritimati', '2026-07-01T12:00:00Z', '2026-07-01T10:00:00Z', '2026-07-02T10:00:00Z'],
  // The clock goes forward: 23 hours.
  ['Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  // The clock goes back: 25 hours.
  ['Europe/Berlin', '2026-10-25T22:30:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  // Half an hour.
  ['Australia/Lord_Howe', '2026-04-05T01:00:00Z', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z'],
  // There the day of the change has no midnight: it begins at one o'clock.
  ['Africa/Cairo', '2026-04-24T10:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
])('in %s the day of %s goes from %s to %s', (zone, now, start, end) => {
  expect(dayOf(Date.parse(now), zone)).toEqual({ start: Date.parse(start), end: Date.parse(end) });
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Etc/GMT+5', true],
  ['Europe/Bärlin', false],
  ['Mars/Olympus', false],
])('%s is a time zone: %p', (zone, expected) => expect(isTimeZone(zone)).toBe(expected));
