/**
 * The two records that every decision leaves: one line per call to the model,
 * one per completed task. The architecture document's field names are kept.
 */
import type { Prompt } from '../fare/prompt.ts';
import type { CallRecord } from '../llm/analyze.ts';
import type { Outcome } from '../outcome.ts';
import type { Log } from './log.ts';

const MAX_OUTPUT = 200;

export interface TaskIds {
  taskId: string;
  processInstanceId: string;
}

export function auditCall(log: Log, ids: TaskIds, prompt: Prompt, model: string, record: CallRecord): void {
  const { answer, verdict } = record;
  const error = 'error' in verdict ? verdict.error : undefined;
  log.audit('llm_call', {
    process_instance: ids.processInstanceId,
    task_id: ids.taskId,
    attempt: record.number,
    input: prompt.user,
    output: answer ? answer.content.slice(0, MAX_OUTPUT) : null,
    model,
    model_returned: answer?.model,
    request_id: answer?.requestId ?? error?.requestId,
    error_code: error?.code,
    input_tokens: answer?.usage?.inputTokens,
    output_tokens: answer?.usage?.outputTokens,
    cost: record.costUSD,
    duration_ms: Math.round(record.durationMs),
  });
}

export function auditTask(log: Log, ids: TaskIds, outcome: Outcome, durationMs: number): void {
  log.audit('llm_task_completed', {
    process_instance_id: ids.processInstanceId,
    task_id: ids.taskId,
    booking_id: outcome.bookingId ?? null,
    decision: outcome.decision,
    source: outcome.source,
    error_code: outcome.error?.code,
    duration_ms: Math.round(durationMs),
    cost_usd: outcome.costUSD,
  });
}
