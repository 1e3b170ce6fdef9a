/**
 * How many more tasks this worker may hold: as many as it may work on at once,
 * and no more than the quota of the model lets start soon. A poll takes its
 * permits before it asks, so that all polls together never lock a task that
 * has to wait here while another worker could have it.
 */

/** What else bounds the number of calls: the quota of the model (`quota/`). */
export interface Allowance {
  /** Calls that may start soon, beyond those that wait already; `Infinity` where nothing limits them. */
  allowance(): number;
  /** Calls `listener` whenever there may be more, also where only time has passed. */
  onChange(listener: () => void): void;
}

export const UNLIMITED: Allowance = { allowance: () => Number.POSITIVE_INFINITY, onChange: () => {} };

/** How long to wait for more than one permit: small fetches cost the engine as much as large ones. */
export interface Batch {
  atLeast: number;
  /** Milliseconds from the first free permit; fewer than `atLeast` will do then. */
  withinMs: number;
}

interface Waiting extends Batch {
  most: number;
  resolve: (permits: number) => void;
  timer?: NodeJS.Timeout | undefined;
  late?: boolean;
}

const AT_ONCE: Batch = { atLeast: 1, withinMs: 0 };

export class Permits {
  /** Tasks that may be held at once when nothing is slow. */
  readonly total: number;
  readonly #quota: Allowance;
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #working = 0;
  /** Permits in open polls, and how many polls those are. */
  #asked = 0;
  #polls = 0;
  #closed = false;

  constructor(total: number, quota: Allowance = UNLIMITED) {
    this.total = total;
    this.#limit = total;
    this.#quota = quota;
    quota.onChange(() => this.#serve());
  }

  /** Tasks that are worked on. */
  get working(): number {
    return this.#working;
  }

  /** Tasks that may be held at once as of now. */
  get limit(): number {
    return this.#limit;
  }

  /** Lowers or restores the limit; tasks that are held already stay. From 1 to `total`. */
  set limit(limit: number) {
    this.#limit = Math.max(1, Math.min(this.total, Math.floor(limit)));
    this.#serve();
  }

  /** Takes up to `most` permits for one poll, waiting for some; 0 once closed. First come, first served. */
  take(most: number, batch: Batch = AT_ONCE): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push({ ...batch, most, resolve });
      this.#serve();
    });
  }

  /** A poll that took `asked` permits has ended and brought `tasks`. */
  arrived(asked: number, tasks: number): void {
    this.#asked -= asked;
    this.#polls -= 1;
    this.#working += tasks;
    this.#serve();
  }

  /** A task has ended. */
  done(): void {
    this.#working -= 1;
    this.#serve();
  }

  /** Everybody who waits gets 0, from now on. */
  close(): void {
    this.#closed = true;
    this.#serve();
  }

  #free(): number {
    const room = this.#limit - this.#working - this.#asked;
    const quota = this.#quota.allowance();
    if (quota < 1) return 0;
    // One permit of each open poll does not count: a poll may stay open for long, and every node needs one.
    return Math.min(room, Math.max(1, Math.floor(quota - (this.#asked - this.#polls))));
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const permits = this.#closed ? 0 : Math.min(first.most, this.#free());
      if (!this.#closed && !enough(first, permits)) {
        this.#hurry(first, permits);
        return;
      }
      clearTimeout(first.timer);
      this.#waiting.shift();
      if (permits > 0) {
        this.#asked += permits;
        this.#polls += 1;
      }
      first.resolve(permits);
    }
  }

  /** From the first free permit on, the one who is first waits for a bounded time. */
  #hurry(first: Waiting, permits: number): void {
    if (permits < 1 || first.timer) return;
    first.timer = setTimeout(() => {
      first.late = true;
      this.#serve();
    }, first.withinMs);
  }
}

function enough({ atLeast, most, late }: Waiting, permits: number): boolean {
  return permits >= Math.min(atLeast, most) || (late === true && permits >= 1);
}
