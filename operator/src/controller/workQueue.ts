/**
 * Keys to work on. A key is worked on by one worker at a time; a key that is
 * added while it waits is kept once, one that is added while it is worked on
 * comes again afterwards. A failed key comes back later each time; a key may
 * also ask to come back after a while.
 */
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 30_000;

export interface WorkQueueOptions {
  /** Works on a key; returns after how many milliseconds it wants to come back, if it does. */
  work: (key: string) => Promise<number | undefined>;
  onError: (key: string, error: unknown) => void;
  onDepth?: (waiting: number) => void;
  /** Keys worked on at the same time. */
  concurrency: number;
}

export class WorkQueue {
  private readonly options: WorkQueueOptions;
  private readonly waiting = new Set<string>();
  private readonly running = new Map<string, Promise<void>>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  private active = false;

  constructor(options: WorkQueueOptions) {
    this.options = options;
  }

  /** Keys that wait. */
  get depth(): number {
    return this.waiting.size;
  }

  add(key: string): void {
    this.waiting.add(key);
    this.dispatch();
  }

  /** Adds a key later; of several such wishes the earliest holds. */
  addAfter(key: string, ms: number): void {
    const at = performance.now() + ms;
    const known = this.timers.get(key);
    if (known && known.at <= at) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.timers.delete(key);
      this.add(key);
    }, ms);
    this.timers.set(key, { at, timer });
  }

  /** Begins to work; keys that were added before have waited. */
  start(): void {
    this.active = true;
    this.dispatch();
  }

  /** Takes no more keys and resolves when the running ones have ended. */
  async stop(): Promise<void> {
    this.active = false;
    for (const { timer } of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    await Promise.all(this.running.values());
  }

  private dispatch(): void {
    for (const key of this.waiting) {
      if (!this.active || this.running.size >= this.options.concurrency) break;
      if (this.running.has(key)) continue;
      this.waiting.delete(key);
      this.running.set(key, this.run(key));
    }
    this.options.onDepth?.(this.waiting.size);
  }

  private async run(key: string): Promise<void> {
    // Off the caller's stack, so that `running` holds the key before it can end.
    await Promise.resolve();
    try {
      const again = await this.options.work(key);
      this.failures.delete(key);
      if (again !== undefined && this.active) this.addAfter(key, again);
    } catch (error) {
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      this.options.onError(key, error);
      const wait = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
      if (this.active) this.addAfter(key, wait * (0.75 + Math.random() / 2));
    } finally {
      this.running.delete(key);
      this.dispatch();
    }
  }
}
