/**
 * Dates that cannot all be true. Only what is certain counts: where a time zone
 * is not stated, every one is tried before a ticket is called contradictory.
 */
import { type Reason, undecided } from './reasons.ts';
import { both, DAY_MS, type Span, spanOfDate, spanOfTime } from './span.ts';
import type { Ticket } from './ticket.ts';

/** What the clocks of a booking system, an engine and a worker may differ by. */
const CLOCK_SKEW_MS = 5 * 60_000;

type Dates = Pick<Ticket, 'purchaseDate' | 'purchaseTime' | 'departureTime' | 'daysUntilFlight'>;

/** When the ticket was bought; undefined where its date and its time contradict each other. */
export function purchaseSpan({ purchaseDate, purchaseTime }: Dates): Span | undefined {
  const day = spanOfDate(purchaseDate);
  return purchaseTime === undefined ? day : both(day, spanOfTime(purchaseTime));
}

/** When the flight leaves: by its time, else by the days until then, which somebody counted somewhere on earth. */
export function departureSpan({ departureTime, daysUntilFlight }: Dates, now: number): Span {
  if (departureTime !== undefined) return spanOfTime(departureTime);
  return daysSpan(daysUntilFlight, now);
}

/** The first contradiction, or undefined. `now` in milliseconds since 1970. */
export function contradiction(ticket: Dates, now: number): Reason | undefined {
  const because = firstContradiction(ticket, now);
  return because === undefined ? undefined : undecided('CONTRADICTORY_DATES', because);
}

function firstContradiction(ticket: Dates, now: number): string | undefined {
  const purchase = purchaseSpan(ticket);
  if (!purchase) return 'purchaseTime is not on the day of purchaseDate';
  if (purchase.earliest > now + CLOCK_SKEW_MS) return 'the purchase is in the future';
  const departure = departureSpan(ticket, now);
  if (!both(departure, daysSpan(ticket.daysUntilFlight, now))) {
    return 'daysUntilFlight does not fit departureTime and the day of today';
  }
  if (departure.latest < purchase.earliest) return 'the departure is before the purchase';
  return undefined;
}

/** A number of days rounded up, down, or counted by the calendar is less than one day wrong; and a day to spare. */
function daysSpan(days: number, now: number): Span {
  return { earliest: now + (days - 1) * DAY_MS, latest: now + (days + 1) * DAY_MS };
}
