/**
 * How many more tasks this worker may hold. A poll takes its permits before it
 * asks, so that all polls together never lock more than can be started at once.
 */
export class Permits {
  readonly total: number;
  #free: number;
  #closed = false;
  readonly #waiting: (() => void)[] = [];

  constructor(total: number) {
    this.total = total;
    this.#free = total;
  }

  get held(): number {
    return this.total - this.#free;
  }

  /** Waits for at least one permit and takes up to `most`; 0 once closed. First come, first served. */
  async take(most: number): Promise<number> {
    if ((this.#free === 0 || this.#waiting.length > 0) && !this.#closed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#closed) return 0;
    const taken = Math.min(most, this.#free);
    this.#free -= taken;
    this.#wake();
    return taken;
  }

  giveBack(count: number): void {
    this.#free += count;
    this.#wake();
  }

  /** Everybody who waits gets 0, from now on. */
  close(): void {
    this.#closed = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #wake(): void {
    if (this.#free > 0) this.#waiting.shift()?.();
  }
}
