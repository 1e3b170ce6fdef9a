/**
 * Gathers what is seen of each task and hands it on as spans when the task has ended. Nothing here waits in a task's
 * way: the history of the process is asked for afterwards, and a collector that is away costs spans, never a task.
 */
import type { LockedTask } from '../../engine/externalTasks.ts';
import type { Settlement } from '../../engine/settleSteps.ts';
import type { CallRecord } from '../../llm/analyze.ts';
import type { Outcome } from '../../outcome.ts';
import { pause } from '../../pause.ts';
import { TRACEPARENT_VARIABLE, type TraceIds, traceIdsOf } from './ids.ts';
import {
  type CallFacts,
  type Common,
  type InstanceTimes,
  isLast,
  refundSpan,
  type SpanFacts,
  type TaskFacts,
  taskSpans,
} from './spans.ts';

/** Where spans go. */
export interface SpanSink {
  /** Whether this trace is kept at all. */
  wants(ids: TraceIds): boolean;
  /** The refund's own span. */
  root(ids: TraceIds, span: SpanFacts): void;
  /** Spans below the refund's own. */
  children(ids: TraceIds, spans: readonly SpanFacts[]): void;
  close(): Promise<void>;
}

/** The trace of one try at a task. */
export interface TaskTrace {
  readonly traceId: string;
  call(record: CallRecord): void;
  decided(outcome: Outcome): void;
  /** What is about to be sent to the engine. */
  settling(step: NonNullable<TaskFacts['step']>): void;
  settled(settlement: Settlement): void;
}

export interface TracingOptions {
  sink: SpanSink;
  common: Common;
  /** Start and end of a process; undefined where the engine does not say. Never rejects. */
  times: (processInstanceId: string) => Promise<InstanceTimes | undefined>;
}

/** After a decision the process goes on by itself for a moment (a payment, a letter) before it has ended. */
const ASK_AFTER_MS = 2_000;
/** So many questions for times may be open: beyond, a refund begins with its task. */
const MOST_QUESTIONS = 2_000;
/** How long the last spans may hold up the end of the process: within what the grace period keeps for it (`main.ts`). */
const CLOSE_MS = 1_500;

export class Tracing {
  readonly #options: TracingOptions;
  readonly #asking = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  begin(task: LockedTask): TaskTrace {
    const { sink } = this.#options;
    const ids = traceIdsOf(task.processInstanceId, task.variables[TRACEPARENT_VARIABLE]?.value);
    return sink.wants(ids) ? new Seen(task, ids, (facts) => this.#tell(ids, facts)) : unseen(ids.traceId);
  }

  /** Delivers what has been seen, for a moment at most. */
  async close(): Promise<void> {
    const { sink } = this.#options;
    this.#closing.abort();
    const delivered = Promise.all(this.#asking).then(() => sink.close());
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([delivered.catch(() => undefined), enough]);
    clearTimeout(timer);
  }

  #tell(ids: TraceIds, facts: TaskFacts): void {
    const { sink, common } = this.#options;
    sink.children(ids, taskSpans(facts, common));
    if (!isLast(facts.settlement)) return;
    const told = this.#times(facts).then((times) => {
      sink.root(ids, refundSpan(facts, times));
      this.#asking.delete(told);
    });
    this.#asking.add(told);
  }

  async #times({ processInstanceId }: TaskFacts): Promise<InstanceTimes | undefined> {
    if (this.#asking.size >= MOST_QUESTIONS) return undefined;
    await pause(ASK_AFTER_MS, this.#closing.signal);
    return this.#options.times(processInstanceId);
  }
}

const unseen = (traceId: string): TaskTrace => ({
  traceId,
  call: () => undefined,
  decided: () => undefined,
  settling: () => undefined,
  settled: () => undefined,
});

class Seen implements TaskTrace {
  readonly traceId: string;
  readonly #task: LockedTask;
  readonly #onEnd: (facts: TaskFacts) => void;
  /** A clock that no correction of the machine's turns back within one task. */
  readonly #epoch = Date.now() - performance.now();
  readonly #fetched = this.#now();
  readonly #calls: CallFacts[] = [];
  #decided: { at: number; outcome: Outcome } | undefined;
  #step: TaskFacts['step'];

  constructor(task: LockedTask, { traceId }: TraceIds, onEnd: (facts: TaskFacts) => void) {
    this.traceId = traceId;
    this.#task = task;
    this.#onEnd = onEnd;
  }

  call({ number, durationMs, verdict, answer, costUSD }: CallRecord): void {
    this.#calls.push({
      end: this.#now(),
      durationMs,
      number,
      modelReturned: answer?.model,
      inputTokens: answer?.usage?.inputTokens,
      outputTokens: answer?.usage?.outputTokens,
      costUSD,
      errorCode: 'error' in verdict ? verdict.error.code : undefined,
    });
  }

  decided(outcome: Outcome): void {
    this.#decided = { at: this.#now(), outcome };
  }

  settling(step: NonNullable<TaskFacts['step']>): void {
    this.#step = step;
  }

  settled(settlement: Settlement): void {
    if (!this.#decided) return;
    const { at, outcome } = this.#decided;
    const created = Date.parse(this.#task.createTime ?? '');
    this.#onEnd({
      taskId: this.#task.id,
      processInstanceId: this.#task.processInstanceId,
      created: Number.isNaN(created) ? undefined : created,
      fetched: this.#fetched,
      decided: at,
      settled: this.#now(),
      calls: this.#calls,
      decision: outcome.decision,
      source: outcome.source,
      errorCode: outcome.error?.code,
      heldCode: outcome.held?.code,
      step: this.#step,
      settlement,
    });
  }

  #now(): number {
    return this.#epoch + performance.now();
  }
}
