/**
 * What the operator tells this worker: a small file that is read again every
 * second. Without one, or with one that cannot be read, nothing is told,
 * which is not the same as "no".
 */
import { readFile } from 'node:fs/promises';
import { type Directives, directivesSchema } from '@farerules/crds/directives';

const RELOAD_MS = 1_000;

export class DirectivesFile {
  readonly #path: string | undefined;
  #current: Directives | undefined;
  #text: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param path undefined for a worker that nobody tells anything. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Reads the file and goes on watching it until `close`. `onChange` gets what is told, when that is new. */
  async open(onChange: (directives: Directives) => void = () => undefined): Promise<void> {
    await this.#reload(onChange);
    if (!this.#path) return;
    this.#timer = setInterval(() => void this.#reload(onChange), RELOAD_MS);
    this.#timer.unref();
  }

  /** Pods that share the quotas; undefined where nobody said. */
  get podsSharingQuota(): number | undefined {
    return this.#current?.podsSharingQuota;
  }

  /** Until when the budget is spent by the operator's count, milliseconds since the epoch; undefined while it is not. */
  budgetSpentUntil(now: number): number | undefined {
    const until = Date.parse(this.#current?.budgetSpentUntil ?? '');
    return until > now ? until : undefined;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #reload(onChange: (directives: Directives) => void): Promise<void> {
    if (!this.#path) return;
    try {
      const text = await readFile(this.#path, 'utf8');
      // The annotation of a new pod has not been written yet.
      if (text === '' || text === this.#text) return;
      this.#current = directivesSchema.parse(JSON.parse(text));
      this.#text = text;
      onChange(this.#current);
    } catch {
      // Half-way through a change the last word counts.
    }
  }
}
