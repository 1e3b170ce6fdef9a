/**
 * Follows one engine: the history of its processes, and beside it what there is
 * right now. Its calls are its own and one at a time each, so that a slow
 * history keeps no count of the backlog waiting.
 */
import { pendingQuery } from '../engine/question.ts';
import { countOf } from '../engine/request.ts';
import { errorCode } from '../errors.ts';
import { pause } from '../support/pause.ts';
import type { Logger } from '../telemetry/log.ts';
import { type Access, Accesses, MISSING_RIGHT } from './access.ts';
import type { Book } from './book.ts';
import { type ExportedEngine, type ExportedPool, processesOf } from './engines.ts';
import { loop } from './loop.ts';
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
export interface ProcessFigures {
  process: string;
  /** As of the last round that read everything. */
  totals?: Totals;
  /** When that was, in ms of `performance.now()`. */
  completeAt?: number;
  up: boolean;
  active?: number;
  openIncidents?: number;
}

/** A longer answer of an engine's count would be something else. */
const COUNT_BYTES = 4_096;
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
  /** Tasks that wait, of each topic. */
  readonly pending = new Map<string, number>();

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
    const topics = this.topics();
    for (const topic of this.pending.keys()) if (!topics.has(topic)) this.pending.delete(topic);
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
    let missing: unknown;
    try {
      for (const [process, figures] of this.processes) {
        missing = (await this.readProcess(process, figures)) ?? missing;
      }
      for (const topic of this.topics()) missing = (await this.readTopic(topic)) ?? missing;
    } catch (error) {
      // Unknown is not what it was.
      for (const figures of this.processes.values()) forgetPresent(figures);
      this.pending.clear();
      throw error;
    }
    if (missing !== undefined) throw missing;
  }

  /** Returns the error that a right is missing. */
  private readProcess(process: string, figures: ProcessFigures): Promise<unknown> {
    const read = this.attempt(`present ${process}`, this.poolsOf(process), async (access) => {
      await access.need('READ_INSTANCE', [process]);
      figures.active = await count(access, '/process-instance/count', { processDefinitionKey: process });
      figures.openIncidents = await count(access, '/incident/count', { processDefinitionKeyIn: process });
    });
    return read.catch((error) => missingRight(error, () => forgetPresent(figures)));
  }

  private readTopic(topic: string): Promise<unknown> {
    const pools = this.engine.pools.filter(({ target }) => target.topic === topic);
    const named = pools.map(({ target }) => target.processDefinitionKeys ?? []);
    const keys = named.every((some) => some.length > 0) ? [...new Set(named.flat())] : undefined;
    const read = this.attempt(`topic ${topic}`, pools, async (access) => {
      await access.need('READ_INSTANCE', keys);
      const query = pendingQuery({ topic, lockDurationMs: 0 });
      this.pending.set(topic, await count(access, '/external-task/count', query));
    });
    return read.catch((error) => missingRight(error, () => this.pending.delete(topic)));
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

const count = (access: Access, path: string, params: Record<string, string>): Promise<number> =>
  access.ask({ path, params, expected: 'a count', read: countOf, maxBytes: COUNT_BYTES });

function forgetPresent(figures: ProcessFigures): void {
  delete figures.active;
  delete figures.openIncidents;
}

/** Only what is not seen is unknown then. @throws any other error */
function missingRight(error: unknown, forget: () => void): unknown {
  if (errorCode(error) !== MISSING_RIGHT) throw error;
  forget();
  return error;
}
