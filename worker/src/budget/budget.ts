/**
 * What the pool may spend in an hour and in a day. Counted across pods in
 * Redis, so that it outlives each of them; without Redis each pod counts its
 * own, and the operator, which sees all pods, says when the money is gone.
 *
 * Calls that are under way are not in the sum yet: it can be passed by what the
 * calls in flight cost, some hundred-thousandths of a dollar each.
 */
import type { SharedRedis } from '../cache/sharedRedis.ts';
import { Ledger } from './ledger.ts';
import { type PeriodName, periodAt } from './periods.ts';

export interface BudgetOptions {
  /** Names the pool among all that share a Redis. */
  pool: string;
  perHourUSD: number | undefined;
  perDayUSD: number | undefined;
  /** IANA name of the zone in which a day begins. */
  timeZone: string;
  redis: SharedRedis | undefined;
  /** Until when the operator says that the budget is spent, milliseconds since 1970. */
  spentUntilByOperator: (now: number) => number | undefined;
  onSpending: (period: PeriodName, spentUSD: number) => void;
}

export interface Spent {
  /** When there is money again, milliseconds since 1970. */
  until: number;
  /** Of which period; the operator does not say. */
  period: PeriodName | undefined;
}

/** How old the sum of the other pods may be, in milliseconds. */
const FRESH_MS = 1_000;

export class Budget {
  readonly #options: BudgetOptions;
  readonly #limits: readonly (readonly [PeriodName, number])[];
  readonly #ledgers = new Map<PeriodName, Ledger>();

  constructor(options: BudgetOptions) {
    this.#options = options;
    const limits = [
      ['hour', options.perHourUSD],
      ['day', options.perDayUSD],
    ] as const;
    this.#limits = limits.flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit] as const]));
  }

  /** Undefined while there is money. Never throws, and waits no longer than Redis may take. */
  async spent(now = Date.now()): Promise<Spent | undefined> {
    const byOperator = this.#options.spentUntilByOperator(now);
    if (byOperator !== undefined) return { until: byOperator, period: undefined };
    const ledgers = this.#limits.map(([name, limit]) => ({ ledger: this.#ledger(name, now), limit }));
    await Promise.all(ledgers.map(({ ledger }) => ledger.refresh(FRESH_MS)));
    for (const { ledger } of ledgers) this.#options.onSpending(ledger.period.name, ledger.spentUSD);
    const over = ledgers
      .filter(({ ledger, limit }) => ledger.spentUSD >= limit)
      .map(({ ledger }) => ledger.period);
    const last = over.sort((a, b) => b.end - a.end)[0];
    return last && { until: last.end, period: last.name };
  }

  /** Books what a call has cost. */
  book(costUSD: number, now = Date.now()): void {
    if (costUSD <= 0) return;
    for (const [name] of this.#limits) {
      const ledger = this.#ledger(name, now);
      ledger.add(costUSD);
      this.#options.onSpending(name, ledger.spentUSD);
    }
  }

  /** Writes down what is not yet written, as far as Redis lets it. */
  async close(): Promise<void> {
    await Promise.all([...this.#ledgers.values()].map((ledger) => ledger.refresh(0)));
  }

  /** Never one of an earlier period: what was counted since would be forgotten. */
  #ledger(name: PeriodName, now: number): Ledger {
    const current = this.#ledgers.get(name);
    if (current && now < current.period.end) return current;
    const { pool, timeZone, redis } = this.#options;
    const next = new Ledger(pool, periodAt(name, now, timeZone), redis);
    this.#ledgers.set(name, next);
    return next;
  }
}
