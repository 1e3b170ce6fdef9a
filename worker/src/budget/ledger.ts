/**
 * What all pods of a pool have spent in one period. Redis has the sum; this pod
 * knows the last one that it heard and what it has spent since. Whole
 * pico-dollars, so that nothing is rounded: a token costs thousands of them.
 */
import type { SharedRedis } from '../cache/sharedRedis.ts';
import type { Period } from './periods.ts';

const PICO_PER_USD = 1e12;
/** A sum is kept a while longer than it is needed, for whoever wants to look. */
const KEPT_AFTER_MS = 24 * 3_600_000;

/**
 * Adds to the sum and answers it. A Redis that lost its data would say too
 * little: the sum is raised to what this pod already knew.
 */
const ADD = `
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
local known = tonumber(ARGV[2])
if sum < known then sum = redis.call('INCRBY', KEYS[1], string.format('%.0f', known - sum)) end
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
return tostring(redis.call('GET', KEYS[1]))`;

export class Ledger {
  readonly period: Period;
  readonly #redis: SharedRedis | undefined;
  readonly #name: string;
  /** The last sum of all pods; undefined before the first answer. */
  #heard: number | undefined;
  /** Spent by this pod and not yet in that sum. */
  #own = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(pool: string, period: Period, redis: SharedRedis | undefined) {
    this.period = period;
    this.#redis = redis;
    this.#name = `farerules:budget:${pool}:${period.name}:${new Date(period.start).toISOString()}`;
  }

  /** US dollars, as far as this pod knows: the last sum of all, and its own since. */
  get spentUSD(): number {
    return ((this.#heard ?? 0) + this.#own) / PICO_PER_USD;
  }

  /** Whether that includes the other pods. */
  get shared(): boolean {
    return this.#heard !== undefined;
  }

  add(costUSD: number): void {
    this.#own += Math.round(costUSD * PICO_PER_USD);
    void this.refresh(0);
  }

  /** Asks Redis, unless it answered in the last `maxAgeMs`. Never throws; without an answer the last one counts. */
  async refresh(maxAgeMs: number): Promise<void> {
    if (!this.#redis || performance.now() - this.#heardAt < maxAgeMs) return;
    this.#asking ??= this.#ask(this.#redis).finally(() => {
      this.#asking = undefined;
      // Spent while the question was under way.
      if (this.#own > 0 && performance.now() - this.#heardAt < 1_000) void this.refresh(0);
    });
    await this.#asking;
  }

  async #ask(redis: SharedRedis): Promise<void> {
    const booked = this.#own;
    const floor = (this.#heard ?? 0) + booked;
    try {
      const answer = await redis.run((client) =>
        client.eval(ADD, {
          keys: [this.#name],
          arguments: [String(booked), String(floor), String(this.period.end + KEPT_AFTER_MS)],
        }),
      );
      this.#heard = Number(answer);
      this.#own -= booked;
      this.#heardAt = performance.now();
    } catch {
      // Not known whether it was added. It is added again: too much is the safe side.
    }
  }
}
