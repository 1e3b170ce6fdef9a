/**
 * Follows one engine: the history of its processes, and beside it what there is
 * right now. Its calls are its own and one at a time each, so that a slow
 * history keeps no count of the backlog waiting.
 */
import { pause } from '../support/pause.ts';
import type { Logger } from '../telemetry/log.ts';
import { type Access, Accesses } from './access.ts';
import type { Book } from './book.ts';
import { type ExportedEngine, type ExportedPool, processesOf } from './engines.ts';
import { loop } from './loop.ts';
import { Present, type PresentFigures } from './present.ts';
import { type Clock, Reader, type ReaderOptions } from './reader.ts';
import type { Owner } from './saved.ts';
import type { Totals } from './totals.ts';

export interface FollowerOptions extends ReaderOptions {
  intervalMs: number;
  /** Processes of pools that name none. */
  processes: readonly string[];
  /** How much of the past a new account begins with, in ms. */
  lookBackMs: number;
}

/** What is known of a process now. What is absent is unknown. */
export interface ProcessFigures extends PresentFigures {
  process: string;
  /** As of the last round that read everything. */
  totals?: Totals;
  /** When that was, in ms of `performance.now()`. */
  completeAt?: number;
  up: boolean;
}

const LONGEST_REST_MS = 1_000;
const CLOCK: Clock = { now: () => performance.now(), wall: () => Date.now() };

export class Follower {
  private readonly book: Book;
  private readonly options: FollowerOptions;
  private readonly aborter = new AbortController();
  private readonly loops: Promise<unknown>;
  private engine: ExportedEngine;
  private readonly accesses = new Accesses();
  /** How often each thing has failed. */
  private readonly failures = new Map<string, number>();
  private readonly readers = new Map<string, Reader>();
  readonly processes = new Map<string, ProcessFigures>();
  private readonly present = new Present(this.processes, (...what) => this.attempt(...what));

  constructor(engine: ExportedEngine, book: Book, options: FollowerOptions, log: Logger) {
    this.engine = engine;
    this.book = book;
    this.options = options;
    this.update(engine);
    const { signal } = this.aborter;
    const common = { everyMs: options.intervalMs, signal, log, fields: { engine: engine.name } };
    this.loops = Promise.all([
      loop(() => this.readHistory(), { ...common, name: 'reading history' }),
      loop(() => this.readPresent(), { ...common, name: 'reading what is open' }),
    ]);
  }

  get pools(): ExportedEngine['pools'] {
    return this.engine.pools;
  }

  /** The pools, their credentials or their processes have changed. */
  update(engine: ExportedEngine): void {
    this.engine = engine;
    this.accesses.keep(engine.pools);
    const wanted = this.wantedProcesses();
    for (const process of this.processes.keys()) {
      if (wanted.has(process)) continue;
      this.processes.delete(process);
      this.readers.delete(process);
      this.book.release(this.owner(process));
    }
    for (const process of wanted) {
      if (!this.processes.has(process)) this.processes.set(process, { process, up: false });
    }
    this.present.keep(this.topics());
  }

  /** Tasks that wait, of each topic. */
  get pending(): ReadonlyMap<string, number> {
    return this.present.pending;
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.aborter.abort();
    this.accesses.close();
    await this.loops;
    for (const process of this.processes.keys()) this.book.release(this.owner(process));
  }

  private wantedProcesses(): Set<string> {
    return new Set(this.engine.pools.flatMap((pool) => processesOf(pool, this.options.processes)));
  }

  private topics(): Set<string> {
    return new Set(this.engine.pools.map(({ target }) => target.topic));
  }

  private async readHistory(): Promise<void> {
    const { engine } = this;
    this.accesses.startRound();
    let failure: unknown;
    for (const [process, figures] of this.processes) {
      const reader = this.reader(process);
      const piece = { at: performance.now() };
      try {
        await this.attempt(`history ${process}`, this.poolsOf(process), async (access) => {
          // One that hangs would keep a place for a piece from the other engines.
          if (!figures.up) await access.alive();
          // What is not seen would be settled as if it had not happened.
          await access.need('READ_HISTORY', [process]);
          await reader.round(access.ask, () => this.rest(piece));
        });
        figures.totals = structuredClone(reader.ledger.totals);
        figures.completeAt = performance.now();
        figures.up = true;
      } catch (error) {
        figures.up = false;
        failure ??= error;
      }
      if (this.engine !== engine || this.aborter.signal.aborted) break;
    }
    if (failure !== undefined) throw failure;
  }

  private owner(process: string): Owner {
    const { name, urls, namespaces } = this.engine;
    return { engine: name, urls, namespaces, process };
  }

  /** What an account in the book is read with: another account when the book was read again. */
  private reader(process: string): Reader {
    const ledger = this.book.ledger(this.owner(process), CLOCK.wall() - this.options.lookBackMs);
    const known = this.readers.get(process);
    if (known?.ledger === ledger) return known;
    const reader = new Reader(process, ledger, this.options, CLOCK);
    this.readers.set(process, reader);
    return reader;
  }

  private async readPresent(): Promise<void> {
    this.accesses.startRound();
    await this.present.read(
      (process) => this.poolsOf(process),
      (topic) => this.engine.pools.filter(({ target }) => target.topic === topic),
    );
  }

  private poolsOf(process: string): ExportedPool[] {
    return this.engine.pools.filter((pool) => processesOf(pool, this.options.processes).includes(process));
  }

  /** Does something as one of the pools that want it; after a failure, the next time as another one. */
  private async attempt(
    what: string,
    pools: readonly ExportedPool[],
    read: (access: Access) => Promise<void>,
  ): Promise<void> {
    this.aborter.signal.throwIfAborted();
    // They may have gone during the round.
    if (pools.length === 0) return;
    const failures = this.failures.get(what) ?? 0;
    const access = this.accesses.as(pools, failures);
    const ask: Access['ask'] = (request) => {
      this.aborter.signal.throwIfAborted();
      return access.ask(request);
    };
    try {
      await read({ ...access, ask });
    } catch (error) {
      this.failures.set(what, failures + 1);
      throw error;
    }
  }

  /** As long as the last piece took, so that catching up is half of a connection's work at most. */
  private async rest(since: { at: number }): Promise<void> {
    await pause(Math.min(performance.now() - since.at, LONGEST_REST_MS), this.aborter.signal);
    since.at = performance.now();
  }
}
