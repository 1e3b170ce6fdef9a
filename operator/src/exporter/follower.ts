/**
 * Follows one engine: the history of its processes, and beside it what there is
 * right now. Its calls are its own and one at a time each, so that a slow
 * history keeps no count of the backlog waiting.
 */
import { EngineCaller } from '../engine/caller.ts';
import { failure } from '../engine/guardedRequest.ts';
import { engineKey, pendingQuery } from '../engine/question.ts';
import { countOf, type EngineRequest } from '../engine/request.ts';
import { Rights } from '../engine/rights.ts';
import { pause } from '../support/pause.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Book } from './book.ts';
import { type ExportedEngine, processesOf } from './engines.ts';
import { loop } from './loop.ts';
import { type Clock, Reader, type ReaderOptions } from './reader.ts';
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
  private caller: { key: string; caller: EngineCaller; rights: Rights } | undefined;
  private failures = 0;
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
    const wanted = this.wantedProcesses();
    for (const process of this.processes.keys()) {
      if (wanted.has(process)) continue;
      this.processes.delete(process);
      this.readers.delete(process);
      this.book.release({ engine: engine.name, urls: engine.urls, process });
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
    this.caller?.caller.close();
    await this.loops;
    const { name, urls } = this.engine;
    for (const process of this.processes.keys()) this.book.release({ engine: name, urls, process });
  }

  private wantedProcesses(): Set<string> {
    return new Set(this.engine.pools.flatMap((pool) => processesOf(pool, this.options.processes)));
  }

  private topics(): Set<string> {
    return new Set(this.engine.pools.map(({ target }) => target.topic));
  }

  private async readHistory(): Promise<void> {
    const { engine } = this;
    const caller = this.startRound();
    let failure: unknown;
    for (const [process, figures] of this.processes) {
      const reader = this.reader(process);
      const piece = { at: performance.now() };
      try {
        await this.mayRead('READ_HISTORY', process);
        await reader.round(
          (request) => this.ask(caller, request),
          () => this.rest(piece),
        );
        figures.totals = structuredClone(reader.ledger.totals);
        figures.completeAt = performance.now();
        figures.up = true;
      } catch (error) {
        figures.up = false;
        failure ??= error;
      }
      if (this.engine !== engine || this.aborter.signal.aborted) break;
    }
    // Another pool's credentials may be good.
    this.failures = failure === undefined ? this.failures : this.failures + 1;
    if (failure !== undefined) throw failure;
  }

  /** What an account in the book is read with: another account when the book was read again. */
  private reader(process: string): Reader {
    const { name, urls } = this.engine;
    const ledger = this.book.ledger({ engine: name, urls, process }, CLOCK.wall() - this.options.lookBackMs);
    const known = this.readers.get(process);
    if (known?.ledger === ledger) return known;
    const reader = new Reader(process, ledger, this.options, CLOCK);
    this.readers.set(process, reader);
    return reader;
  }

  private async readPresent(): Promise<void> {
    const caller = this.startRound();
    const count = (path: string, params: Record<string, string>) =>
      this.ask(caller, { path, params, expected: 'a count', read: countOf, maxBytes: COUNT_BYTES });
    try {
      for (const [process, figures] of this.processes) {
        await this.mayRead('READ_INSTANCE', process);
        figures.active = await count('/process-instance/count', { processDefinitionKey: process });
        figures.openIncidents = await count('/incident/count', { processDefinitionKeyIn: process });
      }
      for (const topic of this.topics()) {
        this.pending.set(
          topic,
          await count('/external-task/count', pendingQuery({ topic, lockDurationMs: 0 })),
        );
      }
    } catch (error) {
      // Unknown is not what it was.
      for (const figures of this.processes.values()) {
        delete figures.active;
        delete figures.openIncidents;
      }
      this.pending.clear();
      throw error;
    }
  }

  private startRound(): EngineCaller {
    const { pools } = this.engine;
    const target = pools[this.failures % pools.length]?.target;
    if (!target) throw new Error('an engine without pools');
    const key = engineKey(target);
    if (this.caller?.key !== key) {
      this.caller?.caller.close();
      const caller = new EngineCaller(target, () => rights.forget());
      const rights = new Rights(target.auth && ((query) => caller.right(query)));
      this.caller = { key, caller, rights };
    }
    this.caller.caller.startRound();
    return this.caller.caller;
  }

  /** To a user without the right the engine shows an empty history and no instance: unknown would look like none. */
  private async mayRead(right: 'READ_HISTORY' | 'READ_INSTANCE', process: string): Promise<void> {
    const grant = await this.caller?.rights.lacking(right, [process], Date.now());
    if (grant) throw failure('rights', `the engine shows its user nothing of this: grant ${grant}`);
  }

  private async ask<T>(caller: EngineCaller, request: EngineRequest<T>): Promise<T> {
    this.aborter.signal.throwIfAborted();
    return (await caller.ask(request)).value;
  }

  /** As long as the last piece took, so that catching up is half of a connection's work at most. */
  private async rest(since: { at: number }): Promise<void> {
    await pause(Math.min(performance.now() - since.at, LONGEST_REST_MS), this.aborter.signal);
    since.at = performance.now();
  }
}
