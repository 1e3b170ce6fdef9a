/**
 * Until when an identical ticket is the same question. A decision that is
 * reused must not outlive the facts that it rests on: the number of days until
 * the flight, the day itself, and the 24 hours after the purchase.
 */
import { purchaseSpan } from './contradictions.ts';
import { DAY_MS, spanOfTime } from './span.ts';
import type { Ticket } from './ticket.ts';

/** The next moment, after `now`, at which the answer may change. Milliseconds since 1970. */
export function nextBoundary(ticket: Ticket, now: number): number {
  const purchase = purchaseSpan(ticket);
  const candidates = [
    (Math.floor(now / DAY_MS) + 1) * DAY_MS,
    ...(ticket.departureTime === undefined ? [] : dayChanges(spanOfTime(ticket.departureTime), now)),
    ...(purchase ? [purchase.earliest + DAY_MS, purchase.latest + DAY_MS] : []),
  ];
  return Math.min(...candidates.filter((time) => time > now));
}

/** When a whole number of days is left until either end of the departure. */
function dayChanges({ earliest, latest }: { earliest: number; latest: number }, now: number): number[] {
  return [earliest, latest].map((departure) => {
    const ahead = departure - now;
    const remainder = ((ahead % DAY_MS) + DAY_MS) % DAY_MS;
    return now + (remainder || DAY_MS);
  });
}
