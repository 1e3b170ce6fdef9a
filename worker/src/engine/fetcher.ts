/** Fetches tasks from nodes, and knows which of them answer: that is what makes a worker ready. */
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type EngineErrorCode, toEngineError } from './errors.ts';
import { fetchAndLock, type LockedTask, type Subscription } from './externalTasks.ts';
import type { EngineNode } from './nodes.ts';

export interface FetcherOptions {
  subscription: Subscription;
  /** Called when the engine refuses our credentials: they may have been rotated. */
  onRefused: () => Promise<unknown>;
  metrics: Pick<Metrics, 'engineErrors'>;
  log: Log;
}

const REFUSALS: ReadonlySet<EngineErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'TOKEN_REFUSED']);

export class Fetcher {
  readonly #options: FetcherOptions;
  /** Per polled node: undefined while it answers, otherwise the reason of the last failure. */
  readonly #trouble = new Map<EngineNode, EngineErrorCode | 'not asked yet' | undefined>();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** From now on this node counts for whether the engine can be reached. */
  add(node: EngineNode): void {
    this.#trouble.set(node, 'not asked yet');
  }

  delete(node: EngineNode): void {
    this.#trouble.delete(node);
  }

  /** Why this node could not be asked the last time; undefined while it answers. */
  trouble(node: EngineNode): EngineErrorCode | 'not asked yet' | undefined {
    return this.#trouble.get(node);
  }

  /** Why no node can be asked; undefined while one answers. */
  notReady(): string | undefined {
    const troubles = [...this.#trouble.values()];
    if (troubles.length === 0) return 'no address found';
    return troubles.includes(undefined) ? undefined : troubles.join(', ');
  }

  /** Locks up to `maxTasks` tasks; undefined when the node could not be asked. Never rejects. */
  async fetch(node: EngineNode, maxTasks: number, holdMs: number): Promise<LockedTask[] | undefined> {
    const { subscription, metrics, log, onRefused } = this.#options;
    const before = this.#trouble.get(node);
    try {
      const tasks = await fetchAndLock(node, subscription, maxTasks, holdMs);
      if (before) log.info('engine_reached', { node: node.name });
      this.#note(node, undefined);
      return tasks;
    } catch (thrown) {
      const { code, status, reason } = toEngineError(thrown);
      metrics.engineErrors.inc({ operation: 'fetch', code });
      if (before !== code) log.warn('engine_not_reached', { node: node.name, code, status, reason });
      this.#note(node, code);
      if (REFUSALS.has(code)) await onRefused();
      return undefined;
    }
  }

  #note(node: EngineNode, trouble: EngineErrorCode | undefined): void {
    if (this.#trouble.has(node)) this.#trouble.set(node, trouble);
  }
}
