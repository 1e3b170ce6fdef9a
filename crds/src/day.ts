/**
 * Days as people in a time zone have them: from midnight to midnight, 23 or 25
 * hours long where the clock is changed. Found by asking on which date a moment
 * falls, so that no rule of any zone is repeated here. Pure.
 */

/** Longer than any day. */
const LONGEST_MS = 26 * 3_600_000;

/** Both take a while to make, and the same are asked for all the time. */
const formats = new Map<string, Intl.DateTimeFormat>();
const days = new Map<string, Day>();

/** Whether this is the name of a time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    dateFormat(timeZone);
    return true;
  } catch {
    return false;
  }
}

export interface Day {
  /** Its first moment, milliseconds since the epoch. */
  start: number;
  /** The first moment of the next one. */
  end: number;
}

/**
 * The day that `now` falls on.
 * @throws RangeError for a zone that does not exist
 */
export function dayOf(now: number, timeZone: string): Day {
  const known = days.get(timeZone);
  if (known && known.start <= now && now < known.end) return known;
  const sameDate = sameDateAs(now, timeZone);
  const day = {
    start: firstWith(now - LONGEST_MS, now, sameDate),
    end: firstWith(now, now + LONGEST_MS, (moment) => !sameDate(moment)),
  };
  days.set(timeZone, day);
  return day;
}

function sameDateAs(now: number, timeZone: string): (moment: number) => boolean {
  const format = dateFormat(timeZone);
  const today = format.format(now);
  return (moment) => format.format(moment) === today;
}

/** The first moment that passes, where all after it do. `before` does not, `after` does. */
function firstWith(before: number, after: number, passes: (moment: number) => boolean): number {
  let [low, high] = [Math.floor(before), Math.ceil(after)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
