/**
 * The worker's loop.
 *
 * Each engine node has a poller of its own, because a new task wakes only the
 * polls on the node that made it. Nodes come and go with the addresses behind
 * their names: a new one gets a poller, that of one that vanished ends after
 * its open poll. A poller goes round these states:
 *
 *   waiting   for permits (as many as tasks that can be started at once, and
 *             as the quota of the model lets start).
 *             → polling, with the permits taken.
 *   polling   one fetchAndLock is open. The first after the start or after an
 *             error is answered at once, which tells whether the engine is
 *             there; the others are held open by the engine until there is a
 *             task or the poll's time is over. Nothing sleeps in between.
 *             → working for each task; the permits of tasks that did not come
 *               go back. → waiting. An error → backing off.
 *   backing   a jittered, growing pause; the worker is not ready while no node
 *   off       answers. → waiting. What a poll may have locked before its
 *             answer was lost is looked for on another node, and given back.
 *
 * Tasks run beside the pollers, each until its outcome at the engine is known;
 * its permit goes back then.
 *
 * `stop` ends this from any state: pollers that wait or back off end at once.
 * A poll that is open cannot be taken back (the engine would still lock tasks
 * for it), so it runs to its end and what it brings is given back. `run`
 * returns when all pollers have ended and no task is held.
 */
import { toEngineError } from './engine/errors.ts';
import type { LockedTask } from './engine/externalTasks.ts';
import { Fetcher, type FetcherOptions } from './engine/fetcher.ts';
import type { NodeSet } from './engine/nodeSet.ts';
import type { EngineNode } from './engine/nodes.ts';
import { giveBackOrphans } from './engine/orphans.ts';
import { giveBack, type Settlement, type Settler } from './engine/settle.ts';
import { AMBIGUOUS } from './engine/settleSteps.ts';
import { holdMs, type LastPoll, lastPoll, nextAsk } from './flow/share.ts';
import { pause } from './pause.ts';
import type { Permits } from './permits.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface WorkerOptions extends FetcherOptions {
  nodes: NodeSet;
  permits: Permits;
  longPollMs: number;
  handle: (task: LockedTask) => Promise<Settlement>;
  settler: Settler;
  metrics: Metrics;
}

const MAX_BACKOFF_MS = 10_000;
/** An engine that answers "nothing" sooner than this did not hold the poll. */
const NOT_HELD_MS = 50;
/** No answer is on its way for longer than this. */
const TRANSIT_MS = 3_000;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #stopping = new AbortController();
  /** What may still bring tasks. */
  readonly #sources = new Set<Promise<void>>();
  /** Tasks under way, by their ids. */
  readonly #tasks = new Map<string, Promise<void>>();
  readonly #fetcher: Fetcher;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#fetcher = new Fetcher(options);
  }

  /** Works until `stop`, then drains. Never rejects. */
  async run(): Promise<void> {
    const { nodes, longPollMs, log } = this.#options;
    const stopped = new Promise((resolve) => this.#stopping.signal.addEventListener('abort', resolve));
    const found: EngineNode[] = [];
    let add = (node: EngineNode): unknown => found.push(node);
    await nodes.open((node) => add(node));
    if (nodes.size === 0) log.warn('engine_not_found');
    // What an earlier process of this name held when it crashed; nothing is this one's own before its first poll.
    await this.#giveBackOrphans(0);
    add = (node) => this.#add(node);
    for (const node of found) this.#add(node);
    // A poll that it left open goes on locking tasks for this name until its time is over.
    this.#track(this.#rescue(longPollMs, this.#stopping.signal));
    if (!this.stopping) await stopped;
    // The end of a poll may begin another source: what it locked is looked for.
    while (this.#sources.size > 0) await Promise.all(this.#sources);
    await Promise.all(this.#tasks.values());
  }

  stop(): void {
    this.#stopping.abort();
    this.#options.permits.close();
  }

  get stopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Why this worker is not ready; undefined when it is. */
  notReady(): string | undefined {
    if (this.stopping) return 'stopping';
    const reason = this.#fetcher.notReady();
    return reason && `engine: ${reason}`;
  }

  /** Tasks that this worker holds. */
  get inFlight(): number {
    return this.#tasks.size;
  }

  #add(node: EngineNode): void {
    if (this.stopping) return;
    this.#fetcher.add(node);
    this.#track(this.#poll(node).then(() => this.#fetcher.delete(node)));
  }

  #track(source: Promise<void>): void {
    const ended = source.finally(() => this.#sources.delete(ended));
    this.#sources.add(ended);
  }

  async #poll(node: EngineNode): Promise<void> {
    const { nodes, permits, longPollMs } = this.#options;
    const stopping = this.#stopping.signal;
    let last: LastPoll = 'first';
    for (let failures = 0; ; ) {
      const { most, batch } = nextAsk(last, permits.limit, nodes.size);
      const asked = await permits.take(most, batch);
      if (stopping.aborted) return;
      if (!nodes.has(node)) return permits.arrived(asked, 0);
      const { direct, size } = nodes;
      const hold = this.#fetcher.trouble(node)
        ? 0
        : holdMs({ direct, nodes: size, limit: permits.limit, longPollMs, random: Math.random() });
      const start = performance.now();
      const tasks = await this.#take(node, asked, hold);
      if (!tasks) {
        void nodes.refresh();
        const trouble = this.#fetcher.trouble(node);
        if (AMBIGUOUS.has(trouble)) {
          this.#track(this.#rescue(start + hold - performance.now(), this.#options.settler.giveUp));
        }
        await pause(Math.min(MAX_BACKOFF_MS, 250 * 2 ** failures) * (0.5 + Math.random() / 2), stopping);
        failures += 1;
        last = 'first';
        continue;
      }
      failures = 0;
      last = lastPoll(asked, tasks.length);
      if (tasks.length === 0 && performance.now() - start < NOT_HELD_MS) {
        await pause(NOT_HELD_MS * (0.5 + Math.random()), stopping);
      }
    }
  }

  /**
   * Gives back tasks that a poll may have locked before its answer was lost, now and when that poll can lock no more,
   * and fetches them: giving back wakes no poll.
   * @param pollEndsInMs when that is, from now.
   * @param patience ends that wait early.
   */
  async #rescue(pollEndsInMs: number, patience: AbortSignal): Promise<void> {
    const { nodes, permits } = this.#options;
    for (const waitMs of pollEndsInMs > 0 ? [0, pollEndsInMs] : [0]) {
      await pause(waitMs, patience);
      const orphans = await this.#giveBackOrphans(TRANSIT_MS);
      const node = orphans > 0 ? nodes.pick() : undefined;
      const asked = node ? await permits.take(orphans) : 0;
      if (!node || asked === 0) continue;
      await this.#take(node, asked, 0);
    }
  }

  /** Fetches tasks for permits that were taken, and starts on them; undefined when the node could not be asked. */
  async #take(node: EngineNode, asked: number, hold: number): Promise<LockedTask[] | undefined> {
    const tasks = await this.#fetcher.fetch(node, asked, hold);
    this.#options.permits.arrived(asked, tasks?.length ?? 0);
    for (const task of tasks ?? []) this.#begin(task);
    return tasks;
  }

  /** How many that were; 0 where the engine could not be asked: their locks then end by themselves. */
  async #giveBackOrphans(transitMs: number): Promise<number> {
    const { nodes, subscription, settler, metrics, log } = this.#options;
    const { workerId, topic } = subscription;
    // Also while stopping: nobody else may have these tasks before their locks end.
    const signal = settler.giveUp;
    const knows = (id: string) => this.#tasks.has(id);
    try {
      const count = await giveBackOrphans({ nodes, workerId, topic, knows, transitMs, signal });
      if (count > 0) log.warn('tasks_rescued', { count });
      return count;
    } catch (thrown) {
      metrics.engineErrors.inc({ operation: 'rescue', code: toEngineError(thrown).code });
      return 0;
    }
  }

  /** Starts on a task, or gives it back when the worker is stopping. */
  #begin(task: LockedTask): void {
    const { handle, settler, permits, metrics, log } = this.#options;
    // To a node whose clock is ahead, the lock that another node gave us is over: it is under way, and stays so.
    if (this.#tasks.has(task.id)) {
      permits.done();
      return;
    }
    const work = this.stopping ? giveBack(settler, task) : handle(task);
    const settled = work.catch((error: unknown): Settlement => {
      // A defect of ours costs this task its lock, not the others their worker.
      log.error('task_failed', {
        process_instance_id: task.processInstanceId,
        task_id: task.id,
        stack: error instanceof Error ? error.stack : undefined,
      });
      return 'abandoned';
    });
    const done = settled.then((settlement) => {
      metrics.taskSettlements.inc({ settlement });
      this.#tasks.delete(task.id);
      metrics.tasksInFlight.set(this.#tasks.size);
      permits.done();
    });
    this.#tasks.set(task.id, done);
    metrics.tasksInFlight.set(this.#tasks.size);
  }
}
