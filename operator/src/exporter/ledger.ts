/**
 * The account of one process: totals, and which events are in them, so that
 * none is counted twice and none is left out, whatever is read again.
 *
 * `settled` divides time. Before it everything has been counted and nothing is
 * looked at any more. From it on, every event that is in the totals is also in
 * `seen`. Totals, `settled` and `seen` are saved together or not at all: whoever
 * starts from a saved account and reads from its `settled` on comes to the
 * same totals as if nothing had happened in between.
 */
import { createHash } from 'node:crypto';
import { count, type Event, type Totals } from './totals.ts';

/** Of a fingerprint: 48 bits. Of 20,000 two are the same once in a million accounts. */
export const FINGERPRINT_LENGTH = 8;

export interface Account {
  /** Ms since the epoch by the engine's clock. */
  settled: number;
  /** The latest event in `seen`, likewise. */
  newest: number;
  /** Fingerprints of the events from `settled` on that are in the totals, each with its time. */
  seen: ReadonlyMap<string, number>;
  totals: Totals;
}

export class Ledger implements Account {
  settled: number;
  newest: number;
  readonly seen: Map<string, number>;
  readonly totals: Totals;
  /** Grows with each event that was added. */
  version = 0;

  constructor({ settled, newest, seen, totals }: Account) {
    this.settled = settled;
    this.newest = newest;
    this.seen = new Map(seen);
    this.totals = structuredClone(totals);
  }

  /** Whether an event is in the totals already. */
  has(event: Pick<Event, 'id' | 'at'>): boolean {
    return event.at < this.settled || this.seen.has(fingerprint(event.id));
  }

  /** Counts the events that are new. */
  add(events: readonly Event[]): void {
    for (const event of events) {
      if (event.at < this.settled) continue;
      const print = fingerprint(event.id);
      if (!this.seen.has(print)) {
        count(this.totals, event);
        this.version += 1;
      }
      this.seen.set(print, event.at);
      this.newest = Math.max(this.newest, event.at);
    }
  }

  /** Everything before `until` has been read for the last time. */
  settle(until: number): void {
    if (until <= this.settled) return;
    this.settled = until;
    this.newest = Math.max(this.newest, until);
    for (const [print, at] of this.seen) if (at < until) this.seen.delete(print);
  }

  /**
   * Settles early, so that no more than so many events are remembered: what comes later than the time
   * in which that many events happen is not counted then.
   * @param read until when everything has been read at least once; nothing from there on is settled
   */
  trim(most: number, read: number): void {
    if (this.seen.size <= most) return;
    const times = [...this.seen.values()].sort((a, b) => b - a);
    this.settle(Math.min((times[most] ?? 0) + 1, read));
  }
}

export const fingerprint = (id: string): string =>
  createHash('sha256').update(id).digest('base64url').slice(0, FINGERPRINT_LENGTH);
