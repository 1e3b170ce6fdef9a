/**
 * What has been decided before: by the question, so that identical tickets need
 * no second call, and by the task, so that a task that is fetched again after a
 * crash gets the decision that it had. Two layers: this process, and the Redis
 * that all pods share. Only decisions that a model made and that were good
 * enough are kept, never a failure; nothing here throws.
 */
import { LRUCache } from 'lru-cache';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Answer, decode, encode, type Known } from './known.ts';
import type { SharedRedis } from './sharedRedis.ts';

export interface DecisionMemoryOptions {
  /** Decisions kept in this process; 0 for none. */
  entries: number;
  /** How long an identical ticket may be answered by it, in milliseconds. */
  ttlMs: number;
  /** Whether identical tickets share decisions. A task's own record is kept in any case. */
  reuse: boolean;
  redis: SharedRedis | undefined;
  metrics: Pick<Metrics, 'cacheRequests'>;
}

export interface Found {
  known: Known;
  /** Where it was: the task's own record, this process, Redis. */
  layer: 'record' | 'memory' | 'redis';
}

/** Locks are minutes, an engine's outage may be hours. */
const RECORD_TTL_MS = 6 * 3_600_000;

export const decisionName = (question: string): string => `farerules:decision:${question}`;
/** With the question: a task may be asked about in two ways, or come again with other variables. */
const recordName = (taskId: string, question: string): string => `farerules:task:${taskId}:${question}`;

export class DecisionMemory {
  readonly reuse: boolean;
  readonly #options: DecisionMemoryOptions;
  readonly #local: LRUCache<string, Known> | undefined;

  constructor(options: DecisionMemoryOptions) {
    this.#options = options;
    this.reuse = options.reuse;
    this.#local = options.entries > 0 ? new LRUCache({ max: options.entries }) : undefined;
  }

  /** An earlier decision for this task, or for a ticket with the same question. */
  async find(taskId: string, question: string, now = Date.now()): Promise<Found | undefined> {
    const found = this.#findHere(taskId, question, now) ?? (await this.#findThere(taskId, question, now));
    const { cacheRequests } = this.#options.metrics;
    if (found === 'error') cacheRequests.inc({ result: 'error', layer: 'redis' });
    else if (found) cacheRequests.inc({ result: 'hit', layer: found.layer });
    else if (this.reuse) cacheRequests.inc({ result: 'miss', layer: 'all' });
    return found === 'error' ? undefined : found;
  }

  /** Keeps the decision for the task alone: one that others have made, and keep as long as it may be used. */
  async keepRecord(taskId: string, question: string, answer: Answer, now = Date.now()): Promise<void> {
    await this.#put(recordName(taskId, question), { ...answer, until: now + RECORD_TTL_MS }, now);
  }

  /**
   * Keeps a model's decision for the task and for who asks the same, before the task is completed.
   * @param boundary when the same question may have another answer, milliseconds since 1970.
   */
  async keep(
    taskId: string,
    question: string,
    answer: Answer,
    boundary: number,
    now = Date.now(),
  ): Promise<void> {
    // Lifetimes differ by up to a tenth, so that entries do not end together.
    const until = Math.min(now + Math.round(this.#options.ttlMs * (1 - Math.random() / 10)), boundary);
    const shared = this.reuse && until > now;
    await Promise.all([
      this.keepRecord(taskId, question, answer, now),
      shared && this.#put(decisionName(question), { ...answer, until }, now),
    ]);
  }

  async #put(name: string, known: Known, now: number): Promise<void> {
    this.#keepHere(name, known, now);
    const expiration = { type: 'PX', value: known.until - now } as const;
    await this.#options.redis
      ?.run((client) => client.set(name, encode(known), { expiration }))
      .catch(() => undefined);
  }

  #findHere(taskId: string, question: string, now: number): Found | undefined {
    const record = this.#local?.get(recordName(taskId, question));
    if (record && record.until > now) return { known: record, layer: 'record' };
    const known = this.reuse ? this.#local?.get(decisionName(question)) : undefined;
    return known && known.until > now ? { known, layer: 'memory' } : undefined;
  }

  async #findThere(taskId: string, question: string, now: number): Promise<Found | 'error' | undefined> {
    const { redis } = this.#options;
    if (!redis) return undefined;
    try {
      const names = [recordName(taskId, question), ...(this.reuse ? [decisionName(question)] : [])];
      const [record, known] = (await redis.run((client) => client.mGet(names))).map((text) =>
        decode(text, now),
      );
      if (record) return { known: record, layer: 'record' };
      if (!known) return undefined;
      this.#keepHere(decisionName(question), known, now);
      return { known, layer: 'redis' };
    } catch {
      return 'error';
    }
  }

  #keepHere(name: string, known: Known, now: number): void {
    this.#local?.set(name, known, { ttl: known.until - now });
  }
}
