/**
 * Until when everything has been committed. An event has the time at which it
 * happened, by the clock of the node where it happened, and can be read when
 * its transaction is committed: what is read now may be older than what was
 * read before. What was the newest event some time ago is a bound that needs
 * no two clocks to agree: only a node that lags by more, or a transaction that
 * takes longer, can still come below it.
 */

/** A gap in which nothing happens is left behind after this, whatever the operator's own clock is off by less. */
export const CERTAINLY_OVER_MS = 3_600_000;

interface Sample {
  /** By a clock that only runs forward. */
  at: number;
  newest: number;
}

export class Horizon {
  private readonly overlapMs: number;
  private samples: Sample[] = [];

  /** @param overlapMs how late an event may appear: what the nodes' clocks differ by, and the longest transaction */
  constructor(overlapMs: number) {
    this.overlapMs = overlapMs;
  }

  /**
   * Notes the newest event that is known.
   * @param now ms of a clock that only runs forward
   */
  note(newest: number, now: number): void {
    if (this.samples.at(-1)?.newest !== newest) this.samples.push({ at: now, newest });
  }

  /**
   * Before this moment, in ms since the epoch by the engine's clock, nothing can appear any more.
   * @param now as in `note`
   * @param wall ms since the epoch by the operator's clock
   */
  settled(now: number, wall: number): number {
    const old = this.samples.findLastIndex(({ at }) => at <= now - this.overlapMs);
    if (old > 0) this.samples = this.samples.slice(old);
    const proven = old < 0 ? Number.NEGATIVE_INFINITY : (this.samples[0]?.newest ?? 0);
    return Math.max(proven, wall - CERTAINLY_OVER_MS);
  }
}
