/**
 * Follows one process. A round reads what is new, a page at a time, and looks
 * once more at what is old enough before it is settled:
 *
 *       settled              frontier       newest
 *     ─────┬────────────────────┬──────────────┬────▶ time of the engine
 *   done   │ read, may still    │  read again  │
 *          │ get latecomers     │  every round │
 *
 * An event is read twice in most cases, and counted once. Nothing here waits
 * for a clock: `now` and `wall` are handed in.
 */

import type { Limiter } from '../support/limiter.ts';
import { CERTAINLY_OVER_MS, Horizon } from './horizon.ts';
import type { Ledger } from './ledger.ts';
import { type Ask, readSlice } from './slice.ts';

export interface ReaderOptions {
  /** As in Horizon. */
  overlapMs: number;
  /** Rows of one answer. */
  pageSize: number;
  /** Events that an account may remember. */
  mostSeen: () => number;
  /** Longest wait for one answer. */
  timeoutMs: number;
  /** Places for pieces that are being read, which are in memory meanwhile: there are so many for all engines. */
  pieces: Pick<Limiter, 'run'>;
}

/** Latecomers of so long are seen in the next round, others when they are settled. */
const MARGIN_MS = 15_000;

export interface Clock {
  /** Ms, only runs forward. */
  now(): number;
  /** Ms since the epoch. */
  wall(): number;
}

export class Reader {
  readonly ledger: Ledger;
  private readonly process: string;
  private readonly options: ReaderOptions;
  private readonly clock: Clock;
  private readonly horizon: Horizon;
  /** Everything before it was read once. */
  private frontier: number;
  private settledAt = Number.NEGATIVE_INFINITY;

  constructor(process: string, ledger: Ledger, options: ReaderOptions, clock: Clock) {
    this.process = process;
    this.ledger = ledger;
    this.options = options;
    this.clock = clock;
    this.horizon = new Horizon(options.overlapMs);
    this.frontier = ledger.settled;
  }

  /**
   * One round: everything that there is to read.
   * @param rest called after each piece when there are more, so that the engine is not asked without a break
   * @throws OperatorError when the engine does not answer; what was read until then stays counted
   */
  async round(ask: Ask, rest: () => Promise<void>): Promise<void> {
    const { ledger, clock } = this;
    let from = Math.max(ledger.settled, this.frontier - MARGIN_MS);
    for (;;) {
      // Before the read, so that the read is one of everything that there is until then.
      const over = this.horizon.settled(clock.now(), clock.wall());
      const cut = await this.read(ask, { from });
      if (cut === undefined) break;
      this.frontier = cut + 1;
      // Of long ago: there is nothing to wait for. What lies before this piece was read too early for that.
      if (from <= ledger.settled) ledger.settle(Math.min(cut + 1, over));
      ledger.trim(this.options.mostSeen(), this.frontier);
      from = cut + 1;
      await rest();
    }
    this.frontier = Math.max(this.frontier, ledger.newest);
    await this.settle(ask, rest);
    ledger.trim(this.options.mostSeen(), this.frontier);
    this.horizon.note(ledger.newest, clock.now());
  }

  private async settle(ask: Ask, rest: () => Promise<void>): Promise<void> {
    const { ledger, clock } = this;
    const now = clock.now();
    const until = this.horizon.settled(now, clock.wall());
    // In larger pieces than a round: each costs a query of every stream.
    if (until <= ledger.settled || now - this.settledAt < this.options.overlapMs / 4) return;
    this.settledAt = now;
    for (let from = ledger.settled; from < until; ) {
      const cut = await this.read(ask, { from, to: until - 1 });
      from = cut === undefined ? until : cut + 1;
      ledger.settle(from);
      this.frontier = Math.max(this.frontier, from);
      if (cut !== undefined) await rest();
    }
  }

  private read(ask: Ask, range: { from: number; to?: number }): Promise<number | undefined> {
    return this.options.pieces.run(() => this.readPiece(ask, range));
  }

  private async readPiece(ask: Ask, range: { from: number; to?: number }): Promise<number | undefined> {
    const { pageSize, timeoutMs } = this.options;
    const isNew = (event: { id: string; at: number }) => !this.ledger.has(event);
    // As for what is over: the operator's own clock may be off, by less than this.
    const latest = this.clock.wall() + CERTAINLY_OVER_MS;
    const options = { pageSize, timeoutMs, isNew, latest };
    const { events, cut } = await readSlice(ask, this.process, range, options);
    this.ledger.add(events);
    return cut;
  }
}
