/** One task from lock to known end: decide, complete, record. */
import { type Decider, decide } from './decide.ts';
import type { LockedTask } from './engine/externalTasks.ts';
import { complete, type Settlement, type Settler } from './engine/settle.ts';
import type { CallRecord } from './llm/analyze.ts';
import { type Outcome, toVariables } from './outcome.ts';
import { auditCall, auditTask } from './telemetry/audit.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface TaskHandler {
  decider: Decider;
  settler: Settler;
  /** What the variable llmProvider says. */
  provider: string;
  /** Time kept free at the end of a lock for completing, in milliseconds. */
  completionMarginMs: number;
  metrics: Metrics;
  log: Log;
}

/** A fifth of the lock, at most 5 s: completing takes milliseconds, unless the engine is in trouble. */
export function completionMarginMs(lockDurationMs: number): number {
  return Math.min(5_000, lockDurationMs / 5);
}

/** Never throws. */
export async function handleTask(handler: TaskHandler, task: LockedTask): Promise<Settlement> {
  const { decider, settler, metrics, log } = handler;
  const start = performance.now();
  const ids = { taskId: task.id, processInstanceId: task.processInstanceId };
  const deadline = task.lockEnd - handler.completionMarginMs;
  const outcome = await decide(decider, task.variables, deadline, (prompt, record) => {
    auditCall(log, ids, prompt, decider.parameters.model, record);
    countCall(metrics, record);
  }).catch((error: unknown): Outcome => {
    // A defect of ours: the process goes on with a person, and the log says where to look.
    log.error('decision_failed', { ...ids, stack: error instanceof Error ? error.stack : undefined });
    return {
      decision: 'MANUAL',
      source: 'fallback',
      error: { code: 'INTERNAL', message: 'the worker failed' },
    };
  });
  const settlement = await complete(settler, task, toVariables(outcome, handler.provider));
  const durationMs = performance.now() - start;
  metrics.taskDuration.observe(durationMs / 1_000);
  if (settlement === 'completed') {
    auditTask(log, ids, outcome, durationMs);
    countOutcome(metrics, outcome);
  } else {
    log.warn('task_not_completed', { ...ids, settlement, decision: outcome.decision });
  }
  return settlement;
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

function countOutcome(metrics: Metrics, { decision, source, error }: Outcome): void {
  metrics.tasksProcessed.inc({ decision, source });
  metrics.refundRequests.inc({ decision });
  if (error) metrics.fallbacks.inc({ code: error.code });
}
