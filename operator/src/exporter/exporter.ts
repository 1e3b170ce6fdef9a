/**
 * Metrics of engines and of their refunds, from the engines' history. While
 * this process leads it follows each engine that a pool names, once, and keeps
 * the totals in a Book; while it does not, it exports nothing of an engine.
 */
import type { Config } from '../config.ts';
import { engineKey } from '../engine/question.ts';
import { Limiter } from '../support/limiter.ts';
import type { Logger } from '../telemetry/log.ts';
import { Book, type BookOptions } from './book.ts';
import { type ExportedPool, groupEngines, processesOf } from './engines.ts';
import { Follower, type FollowerOptions, type ProcessFigures } from './follower.ts';
import { loop } from './loop.ts';

/** Between two writes of the totals. */
const SAVE_EVERY_MS = 10_000;
/** Pools come one by one when a process begins to lead: engines are told apart when most are there. */
const SETTLE_MS = 500;
/** Events that all accounts together remember: their fingerprints have to fit into one ConfigMap (1 MiB). */
const MOST_SEEN = 80_000;
const MOST_SEEN_EACH = 20_000;
/** Longest wait for a page of history: longer than for a count, because nothing waits for it. */
const HISTORY_TIMEOUT_MS = 10_000;
/** Rows of a page: a megabyte at most. */
const PAGE_SIZE = 1_000;
/** Pieces of history in memory at once, of all engines: six streams each, of three pages at most. */
const PIECES = 4;

export type ExporterConfig = Pick<
  Config,
  | 'EXPORTER_INTERVAL_SECONDS'
  | 'EXPORTER_OVERLAP_SECONDS'
  | 'EXPORTER_LOOK_BACK_SECONDS'
  | 'EXPORTER_PROCESSES'
>;

/** Everything that can be told now. */
export interface Figures {
  processes: (ProcessFigures & { engine: string })[];
  pending: { engine: string; topic: string; tasks: number }[];
  pools: { namespace: string; pool: string; engine: string; process: string; topic: string }[];
  /** Ms of `performance.now()` at which the totals were saved last; before they were read, at which this process began to lead. */
  savedAt: number | undefined;
}

export class Exporter {
  private readonly config: ExporterConfig;
  private readonly log: Logger;
  private readonly book: Book;
  private readonly pools = new Map<string, { pool: ExportedPool; asked: string }>();
  private readonly followers = new Map<string, Follower>();
  private readonly aborter = new AbortController();
  private readonly pieces = new Limiter(PIECES);
  private saving: Promise<void> | undefined;
  private loaded = false;
  /** Ms of `performance.now()`. */
  private leadsSince: number | undefined;
  private regrouping: NodeJS.Timeout | undefined;

  constructor(config: ExporterConfig, book: BookOptions) {
    this.config = config;
    this.log = book.log;
    this.book = new Book(book);
  }

  /** This process leads: the saved totals are its own from now on. */
  lead(): void {
    const options = { everyMs: SAVE_EVERY_MS, signal: this.aborter.signal, log: this.log, fields: {} };
    this.leadsSince ??= performance.now();
    this.saving ??= loop(() => this.keep(), { ...options, name: 'keeping totals' });
  }

  /** Exports for a pool from now on, or asks its engine otherwise. */
  track(key: string, namespace: string, name: string, target: ExportedPool['target']): void {
    const asked = JSON.stringify([engineKey(target), target.topic, target.processDefinitionKeys]);
    if (this.pools.get(key)?.asked === asked) return;
    this.pools.set(key, { pool: { namespace, name, target }, asked });
    this.regroupSoon();
  }

  forget(key: string): void {
    if (this.pools.delete(key)) this.regroupSoon();
  }

  /** Ends what is under way and saves the totals once more; while this process still leads. */
  async stop(): Promise<void> {
    this.aborter.abort();
    clearTimeout(this.regrouping);
    await this.saving;
    await Promise.all([...this.followers.values()].map((follower) => follower.stop()));
    this.followers.clear();
    if (this.loaded) await this.book.save(Date.now(), { closing: true });
  }

  figures(): Figures {
    const engines = [...this.followers];
    return {
      savedAt: this.loaded ? this.book.savedAt : this.leadsSince,
      processes: engines.flatMap(([engine, { processes }]) =>
        [...processes.values()].map((figures) => ({ ...figures, engine })),
      ),
      pending: engines.flatMap(([engine, { pending }]) =>
        [...pending].map(([topic, tasks]) => ({ engine, topic, tasks })),
      ),
      pools: engines.flatMap(([engine, { pools }]) =>
        pools.flatMap((pool) =>
          processesOf(pool, this.config.EXPORTER_PROCESSES).map((process) => ({
            namespace: pool.namespace,
            pool: pool.name,
            engine,
            process,
            topic: pool.target.topic,
          })),
        ),
      ),
    };
  }

  private async keep(): Promise<void> {
    if (this.loaded) {
      await this.book.save(Date.now());
      return;
    }
    await this.book.load();
    this.loaded = true;
    this.regroupSoon();
  }

  private regroupSoon(): void {
    if (!this.loaded || this.aborter.signal.aborted) return;
    clearTimeout(this.regrouping);
    this.regrouping = setTimeout(() => this.regroup(), SETTLE_MS);
  }

  private regroup(): void {
    const pools = [...this.pools.values()].map(({ pool }) => pool);
    const engines = groupEngines(pools, this.book.engines());
    const wanted = new Map(engines.map((engine) => [engine.name, engine]));
    for (const [name, follower] of this.followers) {
      if (wanted.has(name)) continue;
      this.followers.delete(name);
      void follower.stop();
    }
    for (const [name, engine] of wanted) {
      const follower = this.followers.get(name);
      if (follower) follower.update(engine);
      else this.followers.set(name, new Follower(engine, this.book, this.options(), this.log));
    }
  }

  private options(): FollowerOptions {
    const { config } = this;
    return {
      intervalMs: config.EXPORTER_INTERVAL_SECONDS * 1_000,
      overlapMs: config.EXPORTER_OVERLAP_SECONDS * 1_000,
      lookBackMs: config.EXPORTER_LOOK_BACK_SECONDS * 1_000,
      processes: config.EXPORTER_PROCESSES,
      pageSize: PAGE_SIZE,
      timeoutMs: HISTORY_TIMEOUT_MS,
      pieces: this.pieces,
      mostSeen: () => Math.min(MOST_SEEN_EACH, Math.floor(MOST_SEEN / Math.max(this.book.size, 1))),
    };
  }
}
