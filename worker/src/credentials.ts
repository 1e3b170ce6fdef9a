/**
 * Credentials in mounted files. The kubelet replaces a Secret's files by
 * swapping a symbolic link, which file watchers miss in more ways than one, so
 * the few small files are simply read again every other second. A file that
 * disappears keeps its last value: half-way through a rotation the old
 * credential is worth more than none.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const RELOAD_MS = 2_000;

export class Credentials {
  readonly #directory: string | undefined;
  readonly #names: readonly string[];
  readonly #known: readonly string[];
  readonly #values = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #reloading: Promise<boolean> | undefined;

  /**
   * @param directory where the files are; without one there are no credentials in files.
   * @param known of the names, files whose values may be printed: certificates, names of users.
   */
  constructor(directory: string | undefined, names: readonly string[], known: readonly string[] = []) {
    this.#directory = directory;
    this.#names = names;
    this.#known = known;
  }

  /** Reads the files and goes on watching them until `close`. `onChange` gets the names of changed files. */
  async open(onChange: (changed: string[]) => void): Promise<void> {
    await this.reload();
    if (!this.#directory) return;
    this.#timer = setInterval(() => {
      const before = new Map(this.#values);
      void this.reload().then((changed) => {
        if (changed) onChange(this.#names.filter((name) => before.get(name) !== this.#values.get(name)));
      });
    }, RELOAD_MS);
    this.#timer.unref();
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Every value that must not be printed. */
  all(): string[] {
    return [...this.#values].flatMap(([name, value]) => (this.#known.includes(name) ? [] : [value]));
  }

  /** Reads the files now; true when a value is another than before. Callers at the same time share one reading. */
  reload(): Promise<boolean> {
    this.#reloading ??= this.#read().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #read(): Promise<boolean> {
    const directory = this.#directory;
    if (!directory) return false;
    const changes = await Promise.all(
      this.#names.map(async (name) => {
        const value = await contents(join(directory, name));
        if (value === undefined || value === this.#values.get(name)) return false;
        this.#values.set(name, value);
        return true;
      }),
    );
    return changes.some(Boolean);
  }
}

/** Undefined where there is no readable, non-empty file. A final newline is an editor's, not the secret's. */
async function contents(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '') || undefined;
  } catch {
    return undefined;
  }
}
