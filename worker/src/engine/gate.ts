/**
 * Lets a few in at a time; the others wait in turn. Whoever stays for long
 * gives its place up meanwhile, so that a few that hang do not hold up all.
 */
export class Gate {
  #free: number;
  readonly #holdMs: number;
  readonly #waiting: (() => void)[] = [];

  /**
   * @param places how many may be inside at once, at least 1.
   * @param holdMs how long a place may be held, in milliseconds.
   */
  constructor(places: number, holdMs: number) {
    this.#free = places;
    this.#holdMs = holdMs;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let held = true;
    const leave = () => {
      if (held) this.#leave();
      held = false;
    };
    const timer = setTimeout(leave, this.#holdMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
