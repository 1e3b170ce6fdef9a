/**
 * Follows one engine: the history of its processes, and beside it what there is
 * right now. Its calls are its own and one at a time each, so that a slow
 * history keeps no count of the backlog waiting.
 */
import { EngineCaller } from '../engine/caller.ts';
import { engineKey, pendingQuery } from '../engine/question.ts';
import { countOf, type EngineRequest } from '../engine/request.ts';
import { OperatorError } from '../errors.ts';
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
  private caller: { key: string; caller: EngineCaller } | undefined;
  private callsAsSomebody = false;
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
        await this.mayRead(caller, 'READ_HISTORY', process);
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
        await this.mayRead(caller, 'READ_INSTANCE', process);
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
    this.callsAsSomebody = target.auth !== undefined;
    const key = engineKey(target);
    if (this.caller?.key !== key) {
      this.caller?.caller.close();
      this.caller = { key, caller: new EngineCaller(target, () => undefined) };
    }
    this.caller.caller.startRound();
    return this.caller.caller;
  }

  /** An engine with authorization has no rows for who may not see them, which would look like nothing that happened. */
  private async mayRead(caller: EngineCaller, permissionName: string, process: string): Promise<void> {
    if (!this.callsAsSomebody) return;
    const definition = { resourceName: 'PROCESS_DEFINITION', resourceType: '6', resourceId: process };
    if ((await caller.right({ permissionName, ...definition })) !== false) return;
    const grant = `grant ${permissionName} on the process definition ${process}`;
    throw new OperatorError(
      'engine_refused',
      `the engine shows nothing without the right to it: ${grant}`,
      true,
    );
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
