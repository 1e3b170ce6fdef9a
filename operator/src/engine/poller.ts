/**
 * Keeps the backlog of every pool fresh while this process leads. Pools whose
 * engine is the same share one EnginePoller, and one answer where they ask the same.
 */
import { engineURL } from '../pool/engineURL.ts';
import type { Backlog } from '../pool/observation.ts';
import { countedAt, forgetCounts, metrics } from '../telemetry/metrics.ts';
import { EnginePoller } from './enginePoller.ts';
import { type EngineTarget, engineKey, questionKey } from './question.ts';

/** An older count is no longer known. */
export const STALE_MS = 5_000;

export interface PoolKey {
  namespace: string;
  name: string;
}

interface Tracked {
  pool: PoolKey;
  target: EngineTarget;
  engine: string;
  poller: EnginePoller;
  listener: () => void;
  /** Fires when the last count becomes stale. */
  expiry?: NodeJS.Timeout;
  /** What was told last, so that only news is told. */
  told?: string;
  unproven: string;
}

export class BacklogPoller {
  private readonly engines = new Map<string, EnginePoller>();
  private readonly tracked = new Map<string, Tracked>();
  private readonly onNews: (key: string) => void;
  private readonly onProof: (key: string) => void;

  /**
   * @param onNews called with the pool's key when its backlog, or what is known of it, changed
   * @param onProof called with the pool's key when `unproven` says something else
   */
  constructor(onNews: (key: string) => void, onProof: (key: string) => void = () => undefined) {
    this.onNews = onNews;
    this.onProof = onProof;
  }

  /** Polls for a pool from now on, or changes what is asked. */
  track(key: string, pool: PoolKey, target: EngineTarget): void {
    const engine = engineKey(target);
    const known = this.tracked.get(key);
    if (known?.engine === engine && questionKey(known.target) === questionKey(target)) return;
    const poller = this.engines.get(engine) ?? new EnginePoller(target);
    this.engines.set(engine, poller);
    const listener = () => this.onAnswer(key);
    poller.subscribe(target, listener);
    // After the new subscription, so that an engine that is still asked keeps its connections.
    if (known) this.unsubscribe(known);
    this.tracked.set(key, { pool, target, engine, poller, listener, unproven: '' });
  }

  forget(key: string): void {
    const tracked = this.tracked.get(key);
    if (!tracked) return;
    this.tracked.delete(key);
    this.unsubscribe(tracked);
    forgetCounts(tracked.pool.namespace, tracked.pool.name);
  }

  stop(): void {
    for (const key of [...this.tracked.keys()]) this.forget(key);
  }

  /** What is known now. */
  backlog(key: string): Backlog {
    const tracked = this.tracked.get(key);
    if (!tracked) return { known: false };
    const { counts, failure } = tracked.poller.knowledge(tracked.target);
    if (counts && Date.now() - counts.at <= STALE_MS) {
      const { pending, inFlight, at } = counts;
      return { known: true, pending, inFlight, at: new Date(at).toISOString() };
    }
    if (failure !== undefined) return { known: false, reason: failure };
    // A question that is neither answered nor refused in time: the engine is slow, or its turn has not come.
    return counts ? { known: false, reason: SLOW } : { known: false };
  }

  /** Engines, as `engineURL` writes them, of which nothing shows that they give this pool an answer. */
  unproven(key: string): string[] {
    const tracked = this.tracked.get(key);
    if (!tracked) return [];
    const { poller, target, pool } = tracked;
    return poller.unproven(target).map((url) => engineURL(url, pool.namespace));
  }

  private unsubscribe({ engine, poller, target, listener, expiry }: Tracked): void {
    clearTimeout(expiry);
    poller.unsubscribe(target, listener);
    if (!poller.idle) return;
    poller.stop();
    this.engines.delete(engine);
  }

  private onAnswer(key: string): void {
    const tracked = this.tracked.get(key);
    if (!tracked) return;
    const { namespace, name } = tracked.pool;
    const { counts, failure } = tracked.poller.knowledge(tracked.target);
    metrics.counts.inc({ namespace, pool: name, result: failure === undefined ? 'ok' : 'failed' });
    if (counts) countedAt(namespace, name, counts.at);
    this.tell(key, tracked);
    this.tellProof(key, tracked);
    clearTimeout(tracked.expiry);
    if (!counts) return;
    // No answer may come for long: that the count became stale is news by itself.
    const staleIn = counts.at + STALE_MS + 1 - Date.now();
    if (staleIn > 0) tracked.expiry = setTimeout(() => this.tell(key, tracked), staleIn);
  }

  private tell(key: string, tracked: Tracked): void {
    const backlog = this.backlog(key);
    const { namespace, name } = tracked.pool;
    const labels = { namespace, pool: name };
    if (backlog.known) {
      metrics.pending.set(labels, backlog.pending);
      metrics.inFlight.set(labels, backlog.inFlight);
    } else {
      metrics.pending.remove(labels);
      metrics.inFlight.remove(labels);
    }
    const told = backlog.known ? `${backlog.pending}/${backlog.inFlight}` : (backlog.reason ?? '');
    if (told === tracked.told) return;
    tracked.told = told;
    this.onNews(key);
  }

  private tellProof(key: string, tracked: Tracked): void {
    const unproven = this.unproven(key).join(' ');
    if (unproven === tracked.unproven) return;
    tracked.unproven = unproven;
    this.onProof(key);
  }
}

const SLOW = `the engine has not answered for ${STALE_MS / 1_000} s: check its load and spec.engine.urls`;
