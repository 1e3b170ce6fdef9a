/** One task from lock to known end: decide while its lock is kept, complete or give back, record. */
import { type Decider, decide } from './decide.ts';
import type { LockedTask } from './engine/externalTasks.ts';
import { type KeptLock, keepLock, type LockKeeping } from './engine/keepLock.ts';
import { complete, fail, giveBack, type Settlement, type Settler } from './engine/settle.ts';
import { afterDecision, type FailurePolicy } from './failurePolicy.ts';
import type { Prompt } from './fare/prompt.ts';
import type { CallRecord } from './llm/analyze.ts';
import { type EngineVariable, type Outcome, toVariables } from './outcome.ts';
import { type Audit, idFields, type TaskIds } from './telemetry/audit.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { TaskTrace, Tracing } from './telemetry/tracing/tracing.ts';

export interface TaskHandler {
  decider: Decider;
  settler: Settler;
  /** What the variable llmProvider says. */
  provider: string;
  locks: LockKeeping;
  policy: FailurePolicy;
  /** Whether this worker has been told to stop. */
  stopping: () => boolean;
  /** Hears of every call to the model. */
  onCall: (record: CallRecord) => void;
  /** Undefined where no traces are wanted. */
  tracing?: Tracing | undefined;
  audit: Audit;
  /** Whether the record of the decision becomes a process variable, too. */
  auditVariable: boolean;
  metrics: Metrics;
  log: Log;
}

/** A fifth of the lock, at most 5 s: completing takes milliseconds, unless the engine is in trouble. */
export function completionMarginMs(lockDurationMs: number): number {
  return Math.min(5_000, lockDurationMs / 5);
}

/** Never throws. */
export async function handleTask(handler: TaskHandler, task: LockedTask): Promise<Settlement> {
  const { settler, locks, policy, audit, metrics, log } = handler;
  const start = performance.now();
  const trace = handler.tracing?.begin(task);
  const ids = { taskId: task.id, processInstanceId: task.processInstanceId, traceId: trace?.traceId };
  const lock = keepLock(locks, task);
  const outcome = await decided(handler, task, ids, lock, trace);
  trace?.decided(outcome);
  lock.release();
  const settle = async (): Promise<Settlement> => {
    const lost = lock.lost();
    if (lost) return lost;
    const step = afterDecision(outcome, task.retries, policy, handler.stopping());
    trace?.settling(step.next);
    if (step.next === 'complete') {
      // Before anything is sent: whatever becomes of this process, no refund is without its record.
      audit.decided(ids, outcome, performance.now() - start);
      const end = await complete(settler, task, variables(handler, ids, outcome, start));
      audit.settled(ids, outcome, end, performance.now() - start);
      return end;
    }
    if (step.next === 'giveBack') return giveBack(settler, task);
    const { code, message } = outcome.error ?? { code: 'INTERNAL', message: 'no reason is known' };
    return fail(settler, task, { errorMessage: `${code}: ${message}`, ...step });
  };
  const settlement = await settle();
  trace?.settled(settlement);
  const durationMs = performance.now() - start;
  metrics.taskDuration.observe(durationMs / 1_000);
  if (settlement === 'completed') {
    countOutcome(metrics, outcome);
  } else {
    const { decision, error } = outcome;
    log.warn('task_not_completed', { ...idFields(ids), settlement, decision, error_code: error?.code });
  }
  return settlement;
}

function variables(
  { provider, audit, auditVariable }: TaskHandler,
  ids: TaskIds,
  outcome: Outcome,
  start: number,
): Record<string, EngineVariable> {
  const record = auditVariable ? audit.variable(ids, outcome, performance.now() - start) : undefined;
  return toVariables(outcome, provider, record);
}

async function decided(
  { decider, onCall, audit, metrics, log }: TaskHandler,
  task: LockedTask,
  ids: TaskIds,
  { deadline, signal }: KeptLock,
  trace: TaskTrace | undefined,
): Promise<Outcome> {
  const record = (prompt: Prompt, call: CallRecord, chargedUSD: number | undefined) => {
    audit.call(ids, prompt, call);
    countCall(metrics, call);
    if (chargedUSD) metrics.charged.inc(chargedUSD);
    onCall(call);
    trace?.call(call);
  };
  try {
    return await decide(decider, task, deadline, record, signal);
  } catch (error) {
    // A defect of ours: the process goes on with a person, and the log says where to look.
    log.error('decision_failed', {
      ...idFields(ids),
      stack: error instanceof Error ? error.stack : undefined,
    });
    return {
      decision: 'MANUAL',
      source: 'fallback',
      error: { code: 'INTERNAL', message: 'the worker failed' },
    };
  }
}

function countCall(metrics: Metrics, { verdict, answer, costUSD, durationMs }: CallRecord): void {
  metrics.llmCalls.inc();
  metrics.llmDuration.observe(durationMs / 1_000);
  if (answer) metrics.llmAnswers.observe(durationMs / 1_000);
  if ('error' in verdict) metrics.llmErrors.inc({ code: verdict.error.code });
  metrics.llmTokens.inc({ type: 'input' }, answer?.usage?.inputTokens ?? 0);
  metrics.llmTokens.inc({ type: 'output' }, answer?.usage?.outputTokens ?? 0);
  if (costUSD) metrics.cost.inc(costUSD);
}

function countOutcome(metrics: Metrics, { decision, source, error, held }: Outcome): void {
  metrics.tasksProcessed.inc({ decision, source });
  if (error) metrics.fallbacks.inc({ code: error.code });
  if (held) metrics.held.inc({ code: held.code, label: held.label });
}
