/**
 * The tickets that the cache is measured with; pure, and the same for the same seed.
 *
 * A carrier's refund requests of one day, as its web form takes them: the cabin by the seats that are sold; days until
 * the flight that fall off from today on (half of the requests are for the next five days); a day of purchase within
 * the last sixty, half of them on the three days of a sale; the fare rules of the product that was bought, one of seven
 * texts; and the reason from a list of five, except for one request in ten, where the passenger writes it in own words.
 * The document's own three fields and two more, so fewer are alike than by its three.
 */
import { random } from '../../../support/random.ts';

export interface BenchTicket {
  ticketClass: string;
  daysUntilFlight: number;
  /** Days before today. */
  boughtDaysAgo: number;
  fareRulesText: string;
  refundReason: string;
}

type Weighted<T> = readonly (readonly [value: T, weight: number])[];

interface Product {
  ticketClass: string;
  fareRulesText: string;
}

const PRODUCTS: Weighted<Product> = [
  [{ ticketClass: 'Economy', fareRulesText: 'Light fare. Non-refundable; taxes only.' }, 44],
  [{ ticketClass: 'Economy', fareRulesText: 'Refund with a fee of 60 EUR per passenger.' }, 26],
  [{ ticketClass: 'Economy', fareRulesText: 'Flex fare. Fully refundable before departure.' }, 10],
  [{ ticketClass: 'Premium Economy', fareRulesText: 'Refundable for a fee of 150 USD.' }, 8],
  [{ ticketClass: 'Business', fareRulesText: 'Business Saver: cancellation penalty of 25 percent.' }, 7],
  [{ ticketClass: 'Business', fareRulesText: 'Fully refundable.' }, 4],
  [{ ticketClass: 'First', fareRulesText: 'First Flex: full refund, all taxes included.' }, 1],
];
const REASONS: Weighted<string | undefined> = [
  ['Change of plans', 40],
  ['Illness of the passenger', 20],
  ['Flight cancelled by the airline', 16],
  ['Found a cheaper flight', 8],
  ['Visa not issued in time', 6],
  [undefined, 10],
];
const SALE_DAYS = [3, 17, 31];
const PURCHASE_DAYS = 60;
/** Mean of the days until the flight. */
const MEAN_DAYS = 7;

export function tickets(count: number, seed: number): BenchTicket[] {
  const chance = random(seed);
  return Array.from({ length: count }, (_, number) => {
    const { ticketClass, fareRulesText } = pick(PRODUCTS, chance());
    const refundReason = pick(REASONS, chance()) ?? `In own words, number ${number}`;
    const boughtDaysAgo =
      chance() < 0.5
        ? (SALE_DAYS[Math.floor(chance() * SALE_DAYS.length)] ?? 0)
        : 1 + Math.floor(chance() * PURCHASE_DAYS);
    const daysUntilFlight = Math.floor(-MEAN_DAYS * Math.log(1 - chance()));
    return { ticketClass, fareRulesText, refundReason, boughtDaysAgo, daysUntilFlight };
  });
}

/** Of all tickets, the share that is like an earlier one: no cache can save more. */
export function repeated(all: readonly Partial<BenchTicket>[]): number {
  return 1 - new Set(all.map((ticket) => JSON.stringify(ticket))).size / all.length;
}

function pick<T>(weighted: Weighted<T>, chance: number): T {
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  let left = chance * total;
  for (const [value, weight] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  return (weighted.at(-1) as readonly [T, number])[0];
}
