/** The hour and the day that a budget is for. Pure. */
import { dayOf } from '@farerules/crds/day';

export type PeriodName = 'hour' | 'day';

export interface Period {
  name: PeriodName;
  /** Milliseconds since 1970; `end` is the first moment that is no longer in it. */
  start: number;
  end: number;
}

const HOUR_MS = 3_600_000;

/** @throws RangeError for a time zone that does not exist */
export function periodAt(name: PeriodName, now: number, timeZone: string): Period {
  if (name === 'day') return { name, ...dayOf(now, timeZone) };
  const start = Math.floor(now / HOUR_MS) * HOUR_MS;
  return { name, start, end: start + HOUR_MS };
}
