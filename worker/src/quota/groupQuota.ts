/**
 * The quota of one group of keys. With Redis all pods take from the same
 * buckets. Without one, and while it is lost, this pod takes from buckets of
 * its own that hold its equal share.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Buckets,
  backlogMs,
  EMPTY,
  type Limits,
  type Pace,
  paceOf,
  settle,
  startable,
  take,
} from './gcra.ts';
import { type RunScript, settleShared, takeShared } from './script.ts';

export interface Permit {
  /** Corrects what was taken to the tokens that the call used. Without an answer what was taken counts. */
  used(tokens: number): void;
  /** The call was not made. */
  unused(): void;
}

export interface GroupQuotaOptions {
  limits: Limits;
  /** Pods that share the limits, as of now; at least 1. */
  sharers: () => number;
  /** Absent where there is no Redis. */
  shared?: { run: RunScript; key: string } | undefined;
}

/** What is fetched now is to start within this time. */
const HORIZON_MS = 1_000;

export class GroupQuota {
  readonly #options: GroupQuotaOptions;
  /** The limits that the API said last. */
  #learned: Limits = {};
  #own: Buckets = EMPTY;
  /** Those in Redis as this pod saw them last, on the clock of this process; undefined while Redis is lost. */
  #seen: Buckets | undefined;

  constructor(options: GroupQuotaOptions) {
    this.#options = options;
  }

  /**
   * The API's own limits: they count where they are lower than those that were stated, and where none were. What an
   * answer does not say is as before.
   */
  learn({ requestsPerMinute, tokensPerMinute }: Limits): void {
    this.#learned = {
      requestsPerMinute: requestsPerMinute ?? this.#learned.requestsPerMinute,
      tokensPerMinute: tokensPerMinute ?? this.#learned.tokensPerMinute,
    };
  }

  /**
   * Waits until a call of `tokens` tokens may start.
   * @param maxWaitMs nothing is taken where the wait would be longer
   * @returns undefined where it would be, and when the signal ends the wait
   */
  async acquire(tokens: number, maxWaitMs: number, signal?: AbortSignal): Promise<Permit | undefined> {
    const { waitMs, giveBack } = await this.#take(tokens, maxWaitMs);
    if (!giveBack) return undefined;
    const unused = () => giveBack({ requests: -1, tokens: -tokens });
    try {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    } catch {
      unused();
      return undefined;
    }
    return { unused, used: (actual) => giveBack({ requests: 0, tokens: actual - tokens }) };
  }

  /** Milliseconds until a call could start, as far as this pod knows. */
  queueMs(): number {
    return backlogMs(this.#seen ?? this.#own, performance.now());
  }

  /** Calls that could start soon, this pod's part of them. */
  startable(tokensPerCall: number): number {
    const now = performance.now();
    const { sharers } = this.#options;
    return this.#seen
      ? startable(this.#seen, this.#pace(1), tokensPerCall, now, HORIZON_MS, sharers())
      : startable(this.#own, this.#pace(sharers()), tokensPerCall, now, HORIZON_MS, 1);
  }

  async #take(tokens: number, maxWaitMs: number) {
    return (await this.#takeShared(tokens, maxWaitMs)) ?? this.#takeOwn(tokens, maxWaitMs);
  }

  /** Undefined without Redis. */
  async #takeShared(tokens: number, maxWaitMs: number) {
    const { shared } = this.#options;
    if (!shared) return undefined;
    const pace = this.#pace(1);
    try {
      const { ok, waitMs, ahead } = await takeShared(shared.run, shared.key, pace, tokens, maxWaitMs);
      const now = performance.now();
      this.#seen = { requestsAt: now + ahead.requestsAt, tokensAt: now + ahead.tokensAt };
      if (!ok) return { waitMs };
      const giveBack = (more: { requests: number; tokens: number }) => {
        if (this.#seen) this.#seen = settle(this.#seen, pace, more);
        // What cannot be given back is a little quota that nobody uses.
        settleShared(shared.run, shared.key, pace, more).catch(() => undefined);
      };
      return { waitMs, giveBack };
    } catch {
      this.#lost();
      return undefined;
    }
  }

  /** Redis is gone, not what was taken from it: a share of the quota has its share of what waits, which lasts as long. */
  #lost(): void {
    if (!this.#seen) return;
    this.#own = {
      requestsAt: Math.max(this.#own.requestsAt, this.#seen.requestsAt),
      tokensAt: Math.max(this.#own.tokensAt, this.#seen.tokensAt),
    };
    this.#seen = undefined;
  }

  #takeOwn(tokens: number, maxWaitMs: number) {
    const pace = this.#pace(this.#options.sharers());
    const { ok, waitMs, buckets } = take(this.#own, pace, tokens, performance.now(), maxWaitMs);
    this.#own = buckets;
    if (!ok) return { waitMs };
    const giveBack = (more: { requests: number; tokens: number }) => {
      this.#own = settle(this.#own, pace, more);
    };
    return { waitMs, giveBack };
  }

  #pace(sharers: number): Pace {
    const { limits } = this.#options;
    const lower = (name: keyof Limits) => {
      const known = [limits[name], this.#learned[name]].filter((limit) => limit !== undefined);
      return known.length > 0 ? Math.min(...known) : undefined;
    };
    return paceOf(
      { requestsPerMinute: lower('requestsPerMinute'), tokensPerMinute: lower('tokensPerMinute') },
      sharers,
    );
  }
}
