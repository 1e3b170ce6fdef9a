/**
 * The worker's loop.
 *
 * Each engine node has a poller of its own, because a new task wakes only the
 * polls on the node that made it. A poller goes round these states:
 *
 *   waiting   for permits (as many as tasks that can be started at once).
 *             → polling, with the permits taken.
 *   polling   one fetchAndLock is open. The first after the start or after an
 *             error is answered at once, which tells whether the engine is
 *             there; the others are held open by the engine until there is a
 *             task or the long poll's time is over. Nothing sleeps in between.
 *             → working for each task; the permits of tasks that did not come
 *               go back. → waiting. An error → backing off.
 *   backing   a jittered, growing pause; the worker is not ready while no node
 *   off       answers. → waiting.
 *
 * Tasks run beside the pollers, each until its outcome at the engine is known;
 * its permit goes back then.
 *
 * `stop` ends this from any state: pollers that wait or back off end at once.
 * A poll that is open cannot be taken back (the engine would still lock tasks
 * for it), so it runs to its end and what it brings is given back. `run`
 * returns when all pollers have ended and no task is held.
 */
import { type EngineError, toEngineError } from './engine/errors.ts';
import { fetchAndLock, type LockedTask, type Subscription } from './engine/externalTasks.ts';
import type { EngineNode } from './engine/nodes.ts';
import { giveBack, type Settlement, type Settler } from './engine/settle.ts';
import { pause } from './pause.ts';
import { Permits } from './permits.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface WorkerOptions {
  nodes: readonly EngineNode[];
  subscription: Subscription;
  concurrency: number;
  longPollMs: number;
  handle: (task: LockedTask) => Promise<Settlement>;
  settler: Settler;
  /** Called when the engine refuses our credentials: they may have been rotated. */
  onRefused: () => Promise<unknown>;
  metrics: Metrics;
  log: Log;
}

/** With fewer permits than nodes the pollers take turns; then a turn must be short. */
const TURN_MS = 1_000;
const MAX_BACKOFF_MS = 10_000;
/** An engine that answers "nothing" sooner than this did not hold the poll. */
const NOT_HELD_MS = 50;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #permits: Permits;
  readonly #stopping = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  /** Per node: undefined while it answers, otherwise the reason of the last failure. */
  readonly #trouble = new Map<EngineNode, string | undefined>();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#permits = new Permits(options.concurrency);
    for (const node of options.nodes) this.#trouble.set(node, 'not asked yet');
  }

  /** Works until `stop`, then drains. Never rejects. */
  async run(): Promise<void> {
    await Promise.all(this.#options.nodes.map((node) => this.#poll(node)));
    await Promise.all(this.#tasks);
  }

  stop(): void {
    this.#stopping.abort();
    this.#permits.close();
  }

  /** Why this worker is not ready; undefined when it is. */
  notReady(): string | undefined {
    if (this.#stopping.signal.aborted) return 'stopping';
    const troubles = [...this.#trouble.values()];
    return troubles.includes(undefined) ? undefined : `engine: ${troubles.join(', ')}`;
  }

  /** Tasks that this worker holds. */
  get inFlight(): number {
    return this.#tasks.size;
  }

  async #poll(node: EngineNode): Promise<void> {
    const { nodes, longPollMs } = this.#options;
    const stopping = this.#stopping.signal;
    const share = Math.ceil(this.#permits.total / nodes.length);
    const holdMs = this.#permits.total < nodes.length ? Math.min(longPollMs, TURN_MS) : longPollMs;
    for (let failures = 0; ; ) {
      const permits = await this.#permits.take(share);
      if (stopping.aborted) return this.#permits.giveBack(permits);
      const start = performance.now();
      const tasks = await this.#fetch(node, permits, this.#trouble.get(node) ? 0 : holdMs);
      for (const task of tasks ?? []) this.#begin(task);
      this.#permits.giveBack(permits - (tasks?.length ?? 0));
      if (!tasks) {
        await pause(Math.min(MAX_BACKOFF_MS, 250 * 2 ** failures) * (0.5 + Math.random() / 2), stopping);
        failures += 1;
        continue;
      }
      failures = 0;
      if (tasks.length === 0 && performance.now() - start < NOT_HELD_MS) {
        await pause(NOT_HELD_MS * (0.5 + Math.random()), stopping);
      }
    }
  }

  /** Undefined when the engine could not be asked. */
  async #fetch(node: EngineNode, maxTasks: number, holdMs: number): Promise<LockedTask[] | undefined> {
    const { subscription, metrics, log, onRefused } = this.#options;
    try {
      const tasks = await fetchAndLock(node, subscription, maxTasks, holdMs);
      if (this.#trouble.get(node)) log.info('engine_reached', { url: node.url });
      this.#trouble.set(node, undefined);
      return tasks;
    } catch (thrown) {
      const { code, status }: EngineError = toEngineError(thrown);
      metrics.engineErrors.inc({ operation: 'fetch', code });
      if (this.#trouble.get(node) !== code) log.warn('engine_not_reached', { url: node.url, code, status });
      this.#trouble.set(node, code);
      if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') await onRefused();
      return undefined;
    }
  }

  /** Starts on a task, or gives it back when the worker is stopping. */
  #begin(task: LockedTask): void {
    const { handle, settler, metrics } = this.#options;
    const work = this.#stopping.signal.aborted ? giveBack(settler, task) : handle(task);
    const done = work.then((settlement) => {
      metrics.taskSettlements.inc({ settlement });
      this.#tasks.delete(done);
      metrics.tasksInFlight.set(this.#tasks.size);
      this.#permits.giveBack(1);
    });
    this.#tasks.add(done);
    metrics.tasksInFlight.set(this.#tasks.size);
  }
}
