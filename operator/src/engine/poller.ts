/**
 * Keeps the backlog of every pool fresh while this process leads. One loop a
 * pool, a second apart; a node that fails is left for the next one.
 */
import type { AxiosInstance } from 'axios';
import { errorMessage } from '../errors.ts';
import type { Backlog } from '../pool/observation.ts';
import { forgetPool, metrics } from '../telemetry/metrics.ts';
import { countTasks, type EngineTarget, engineClient, type TaskCounts } from './backlog.ts';

const INTERVAL_MS = 1_000;
/** An older count is no longer known. */
export const STALE_MS = 5_000;

export interface PoolKey {
  namespace: string;
  name: string;
}

interface Tracked {
  pool: PoolKey;
  target: EngineTarget;
  /** The node that answered last. */
  node: number;
  timer?: NodeJS.Timeout;
  counts?: TaskCounts & { at: number };
  failure?: string;
  /** What was told last, so that only news is told. */
  told?: string;
}

export class BacklogPoller {
  private readonly client: AxiosInstance = engineClient();
  private readonly tracked = new Map<string, Tracked>();
  private readonly onNews: (key: string) => void;

  /** @param onNews called with the pool's key when its backlog, or what is known of it, changed */
  constructor(onNews: (key: string) => void) {
    this.onNews = onNews;
  }

  /** Polls for a pool from now on, or changes what is asked. */
  track(key: string, pool: PoolKey, target: EngineTarget): void {
    const known = this.tracked.get(key);
    if (known && JSON.stringify(known.target) === JSON.stringify(target)) return;
    this.forget(key);
    const tracked: Tracked = { pool, target, node: 0 };
    this.tracked.set(key, tracked);
    void this.poll(key, tracked);
  }

  forget(key: string): void {
    const tracked = this.tracked.get(key);
    if (!tracked) return;
    clearTimeout(tracked.timer);
    this.tracked.delete(key);
    forgetPool(tracked.pool.namespace, tracked.pool.name);
  }

  stop(): void {
    for (const key of [...this.tracked.keys()]) this.forget(key);
  }

  /** What is known now. */
  backlog(key: string): Backlog {
    const tracked = this.tracked.get(key);
    if (!tracked) return { known: false };
    const { counts, failure } = tracked;
    if (counts && Date.now() - counts.at <= STALE_MS) {
      const { pending, inFlight, at } = counts;
      return { known: true, pending, inFlight, at: new Date(at).toISOString() };
    }
    return { known: false, ...(failure !== undefined && { reason: failure }) };
  }

  /** Backlogs of all pools in a namespace. */
  inNamespace(namespace: string): { name: string; backlog: Backlog }[] {
    return [...this.tracked]
      .filter(([, { pool }]) => pool.namespace === namespace)
      .map(([key, { pool }]) => ({ name: pool.name, backlog: this.backlog(key) }));
  }

  private async poll(key: string, tracked: Tracked): Promise<void> {
    const start = Date.now();
    try {
      tracked.counts = { ...(await this.ask(tracked)), at: Date.now() };
      delete tracked.failure;
    } catch (error) {
      tracked.failure = errorMessage(error);
    }
    if (this.tracked.get(key) !== tracked) return;
    this.tell(key, tracked);
    tracked.timer = setTimeout(
      () => void this.poll(key, tracked),
      Math.max(0, start + INTERVAL_MS - Date.now()),
    );
  }

  /** Asks the nodes in turn, the one that answered last first. */
  private async ask(tracked: Tracked): Promise<TaskCounts> {
    const { target } = tracked;
    let failure: unknown;
    for (let attempt = 0; attempt < target.urls.length; attempt += 1) {
      const node = (tracked.node + attempt) % target.urls.length;
      try {
        const counts = await countTasks(this.client, target.urls[node] ?? '', target, Date.now());
        tracked.node = node;
        return counts;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  private tell(key: string, tracked: Tracked): void {
    const backlog = this.backlog(key);
    const { namespace, name } = tracked.pool;
    const labels = { namespace, pool: name };
    metrics.counts.inc({ ...labels, result: tracked.failure === undefined ? 'ok' : 'failed' });
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
}
