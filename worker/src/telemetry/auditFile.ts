/**
 * Records in a file of this pod's own, one JSON object a line, only ever
 * appended to. Lines are written as they come and then synced to the disk; the
 * ones that come while a sync is under way go together in the next. So a crash
 * of the machine can lose what the last sync was still about, and standard
 * output has it. A disk that is full or fails costs no task: lines wait, up to
 * a bound, and are tried again; beyond it they are given up and counted.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pause } from '../pause.ts';

export interface AuditFileOptions {
  path: string;
  /** Called when writing begins to fail, and when it works again. */
  onState: (working: boolean, code: string | undefined) => void;
  /** Called with the number of lines that were given up. */
  onLost: (lines: number) => void;
}

const MAX_WAITING = 10_000;
const RETRY_MS = 2_000;
/** Several times the longest record: enough to find the last one. */
const TAIL_BYTES = 256 * 1_024;

export class AuditFile {
  readonly #options: AuditFileOptions;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #file: FileHandle | undefined;
  /** A line that was written in part must not run into the next. */
  #torn = false;
  #working: boolean | undefined;
  readonly #closing = new AbortController();

  constructor(options: AuditFileOptions) {
    this.#options = options;
  }

  /** The last lines that are there already; none where the file cannot be read. */
  async lastLines(): Promise<string[]> {
    try {
      await using file = await open(this.#options.path, 'r');
      const { size } = await file.stat();
      const length = Math.min(size, TAIL_BYTES);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const text = buffer.toString('utf8');
      this.#torn = text !== '' && !text.endsWith('\n');
      return text.split('\n');
    } catch {
      return [];
    }
  }

  append(line: string): void {
    this.#waiting.push(line);
    const tooMany = this.#waiting.length - MAX_WAITING;
    if (tooMany > 0) {
      this.#waiting.splice(0, tooMany);
      this.#options.onLost(tooMany);
    }
    this.#writing ??= this.#write();
  }

  /** Tries once more to write what waits, then gives it up. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#writeOnce();
    if (this.#waiting.length > 0) this.#options.onLost(this.#waiting.length);
    await this.#file?.close().catch(() => undefined);
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (!(await this.#writeOnce())) {
        if (this.#closing.signal.aborted) break;
        await pause(RETRY_MS, this.#closing.signal);
      }
    }
    this.#writing = undefined;
  }

  /** False when it did not work; the lines wait on. */
  async #writeOnce(): Promise<boolean> {
    const lines = this.#waiting;
    const text = `${this.#torn ? '\n' : ''}${lines.join('\n')}\n`;
    this.#waiting = [];
    try {
      this.#file ??= await this.#open();
      this.#torn = true;
      await this.#file.appendFile(text);
      this.#torn = false;
      await this.#file.datasync();
      this.#report(true);
      return true;
    } catch (error) {
      this.#waiting = [...lines, ...this.#waiting];
      // The volume may come back as another: its file has to be opened again.
      await this.#file?.close().catch(() => undefined);
      this.#file = undefined;
      this.#report(false, (error as NodeJS.ErrnoException).code);
      return false;
    }
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#options.path), { recursive: true });
    return open(this.#options.path, 'a', 0o640);
  }

  #report(working: boolean, code?: string): void {
    if (this.#working !== working) this.#options.onState(working, code);
    this.#working = working;
  }
}
