/**
 * When something happened or will, as far as it is known. A date names a day in
 * a time zone that nobody stated, a time without a zone is some place's local
 * time: both are kept as the span that they can mean, so that a rule can ask
 * what is certain. Milliseconds since 1970-01-01T00:00Z.
 */
export interface Span {
  earliest: number;
  latest: number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Local times run from 12 hours behind UTC to 14 ahead of it. */
const MOST_BEHIND_MS = 12 * HOUR_MS;
const MOST_AHEAD_MS = 14 * HOUR_MS;

/** @param date a valid ISO date, such as 2026-11-01. */
export function spanOfDate(date: string): Span {
  const midnight = dayNumber(date) * DAY_MS;
  return { earliest: midnight - MOST_AHEAD_MS, latest: midnight + DAY_MS - 1 + MOST_BEHIND_MS };
}

const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** @param time a valid ISO date and time, such as 2026-12-01T09:30:00Z or 2026-12-01T09:30. */
export function spanOfTime(time: string): Span {
  const [, date = '', hours, minutes, seconds = '0', fraction = '', zone] = TIME.exec(time) ?? [];
  const local =
    dayNumber(date) * DAY_MS +
    Number(hours) * HOUR_MS +
    Number(minutes) * 60_000 +
    Number(seconds) * 1_000 +
    Number(fraction.padEnd(3, '0'));
  if (zone === undefined) return { earliest: local - MOST_AHEAD_MS, latest: local + MOST_BEHIND_MS };
  const exact = local - offsetMs(zone);
  return { earliest: exact, latest: exact };
}

/** What both allow; undefined where they contradict each other. */
export function both(a: Span, b: Span): Span | undefined {
  const earliest = Math.max(a.earliest, b.earliest);
  const latest = Math.min(a.latest, b.latest);
  return earliest <= latest ? { earliest, latest } : undefined;
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const ms = Number(zone.slice(1, 3)) * HOUR_MS + Number(zone.slice(4, 6)) * 60_000;
  return zone.startsWith('-') ? -ms : ms;
}

/** Days before each month of a year that is no leap year. */
const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/** Days from 0001-01-01 to 1970-01-01. */
const TO_1970 = 719_162;

/** Days since 1970-01-01 in the Gregorian calendar. */
function dayNumber(date: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const thisYear = (BEFORE_MONTH[month - 1] ?? 0) + (leapYear && month > 2 ? 1 : 0) + day - 1;
  return past * 365 + leapDays + thisYear - TO_1970;
}
