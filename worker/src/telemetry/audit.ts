/**
 * The records that every decision leaves, chained per process: one for each
 * call to the model, one for each decision before the engine gets it, and a
 * short one for what became of that. The architecture document's names are
 * kept. They go to standard output, and to a file where there is one.
 */
import { randomUUID } from 'node:crypto';
import { POLICY_VERSION } from '../cache/key.ts';
import type { Settlement } from '../engine/settle.ts';
import { PROMPT_VERSION, type Prompt } from '../fare/prompt.ts';
import { RULES_VERSION } from '../fare/rules.ts';
import type { CallRecord } from '../llm/analyze.ts';
import type { Outcome } from '../outcome.ts';
import { type Beginning, type ChainedRecord, chained, type Fields, placeOf, recordIn } from './auditChain.ts';
import type { AuditFile } from './auditFile.ts';
import { type Log, redacted, withoutSecrets } from './log.ts';

const MAX_OUTPUT = 200;

export interface TaskIds {
  taskId: string;
  processInstanceId: string;
  /** Where traces are on. */
  traceId?: string | undefined;
}

/** The ids as fields of a log line. */
export const idFields = ({ taskId, processInstanceId, traceId }: TaskIds) => ({
  process_instance_id: processInstanceId,
  task_id: taskId,
  trace_id: traceId,
});

export interface AuditOptions {
  log: Pick<Log, 'record' | 'error'>;
  /** The values that must not appear, as of now. */
  secrets: () => readonly string[];
  /** Fields of every record. */
  fields: Fields;
  /** The model that is asked for. */
  model: string;
  /** Least probability of a label, where there is one. */
  threshold: number | undefined;
  file: AuditFile | undefined;
}

/** None of its methods throws. */
export class Audit {
  readonly #options: AuditOptions;
  #beginning: Beginning = { chain: randomUUID(), after: undefined };
  #last: ChainedRecord | undefined;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** Looks for what the file ends with, where there is one. */
  async open(): Promise<void> {
    const lines = (await this.#options.file?.lastLines()) ?? [];
    const before = lines.map(recordIn).findLast((record) => record !== undefined);
    this.#beginning = { ...this.#beginning, after: before && placeOf(before) };
  }

  call(ids: TaskIds, prompt: Prompt, record: CallRecord): void {
    this.#write(ids, 'llm_call', () => this.#call(ids, prompt, record));
  }

  /** To be called before the engine gets the decision. */
  decided(ids: TaskIds, outcome: Outcome, durationMs: number): void {
    this.#write(ids, 'llm_task_decided', () => this.#decision(ids, outcome, durationMs));
  }

  /** What became of a decision: short, for all that led to it has been said. */
  settled(ids: TaskIds, outcome: Outcome, settlement: Settlement, durationMs: number): void {
    const completed = settlement === 'completed';
    this.#write(ids, completed ? 'llm_task_completed' : 'llm_task_not_completed', () => ({
      ...identity(ids, outcome),
      settlement: completed ? undefined : settlement,
      duration_ms: Math.round(durationMs),
      cost_usd: outcome.costUSD,
    }));
  }

  /** The record of a decision as a process variable: JSON of no more than 4,000 characters. */
  variable(ids: TaskIds, outcome: Outcome, durationMs: number): string | undefined {
    return this.#orSay(ids, () =>
      redacted(this.#decision(ids, outcome, durationMs), this.#options.secrets()),
    );
  }

  async close(): Promise<void> {
    await this.#options.file?.close();
  }

  #call(ids: TaskIds, prompt: Prompt, record: CallRecord): Fields {
    const { answer, verdict } = record;
    const error = 'error' in verdict ? verdict.error : undefined;
    return {
      process_instance: ids.processInstanceId,
      task_id: ids.taskId,
      trace_id: ids.traceId,
      attempt: record.number,
      input: prompt.user,
      output: answer ? answer.content.slice(0, MAX_OUTPUT) : null,
      model: this.#options.model,
      model_returned: answer?.model,
      request_id: answer?.requestId ?? error?.requestId,
      error_code: error?.code,
      input_tokens: answer?.usage?.inputTokens,
      output_tokens: answer?.usage?.outputTokens,
      cost: record.costUSD,
      duration_ms: Math.round(record.durationMs),
    };
  }

  /** Every field is a number, one of our words, or cut to a length: together they stay far below 4,000 characters. */
  #decision(ids: TaskIds, outcome: Outcome, durationMs: number): Fields {
    const { trace, error, held } = outcome;
    return {
      ...identity(ids, outcome),
      rule: outcome.rule?.name,
      error_code: error?.code,
      held_code: held?.code,
      held_label: held?.label,
      shadow_decision: outcome.shadowDecision,
      attempt: trace?.calls,
      shared_from: trace?.sharedFrom,
      input_hmac: trace?.inputHmac,
      model: this.#options.model,
      model_returned: trace?.modelReturned?.slice(0, 128),
      request_id: trace?.requestId?.slice(0, 128),
      raw_label: trace?.rawLabel,
      probability: trace?.probability,
      confirm_label: trace?.confirmLabel,
      threshold: this.#options.threshold,
      prompt_version: PROMPT_VERSION,
      policy_version: POLICY_VERSION,
      rules_version: RULES_VERSION,
      input_tokens: trace?.inputTokens,
      output_tokens: trace?.outputTokens,
      duration_ms: Math.round(durationMs),
      cost_usd: outcome.costUSD,
    };
  }

  #write(ids: TaskIds, event: string, fields: () => Fields): void {
    this.#orSay(ids, () => this.#writeNow(event, fields()));
  }

  /** A defect of ours here must not undo a decision: the log says where to look. */
  #orSay<T>(ids: TaskIds, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      this.#options.log.error('audit_failed', {
        ...idFields(ids),
        stack: error instanceof Error ? error.stack : error,
      });
      return undefined;
    }
  }

  #writeNow(event: string, fields: Fields): void {
    const { log, file } = this.#options;
    const content = {
      timestamp: new Date().toISOString(),
      level: 'audit',
      event,
      ...this.#options.fields,
      ...fields,
    };
    // What must not be printed goes before the hash is made, or the printed record would not fit it.
    const clean = withoutSecrets(content, this.#options.secrets()) as Fields;
    const record = chained(clean, this.#last, this.#beginning);
    this.#last = record;
    const line = JSON.stringify(record);
    log.record(line);
    file?.append(line);
  }
}

/** Which task, and what was decided for it. */
const identity = (ids: TaskIds, { bookingId, decision, source }: Outcome): Fields => ({
  ...idFields(ids),
  booking_id: bookingId ?? null,
  decision,
  source,
});
