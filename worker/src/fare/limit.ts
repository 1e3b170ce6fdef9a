/** The highest price that is decided without a person. What is not known counts as above it. */
import { type Reason, undecided } from './reasons.ts';
import type { Ticket } from './ticket.ts';

/** By currency, in its minor unit. */
export type Limits = Readonly<Record<string, number>>;

/** Why the price forbids a decision without a person; undefined where it does not. */
export function beyondLimit(
  limits: Limits | undefined,
  { ticketPriceMinor, currency }: Pick<Ticket, 'ticketPriceMinor' | 'currency'>,
): Reason | undefined {
  if (!limits) return undefined;
  if (ticketPriceMinor === undefined || currency === undefined) return undecided('PRICE_UNKNOWN');
  const limit = Object.hasOwn(limits, currency) ? limits[currency] : undefined;
  if (limit === undefined) return undecided('CURRENCY_WITHOUT_LIMIT');
  return ticketPriceMinor > limit ? undecided('PRICE_ABOVE_LIMIT') : undefined;
}
