/** The model's decision, within the budget and as sure as the pool wants it. */
import type { Budget } from './budget/budget.ts';
import { mostUSD } from './budget/mostUSD.ts';
import type { AnswerPolicy, KeyParameters } from './cache/key.ts';
import type { Answer } from './cache/known.ts';
import { buildPrompt, type Prompt } from './fare/prompt.ts';
import { undecided } from './fare/reasons.ts';
import type { Ticket } from './fare/ticket.ts';
import { type Analyzer, analyze, type CallRecord } from './llm/analyze.ts';
import { tokenLimit } from './llm/profile.ts';
import { fallback, type Outcome, type Trace } from './outcome.ts';
import { unsure } from './policy.ts';

/** Enough for a label and what came instead of one. */
const MAX_RAW_LABEL = 40;

export interface Asker {
  analyzer: Analyzer;
  parameters: KeyParameters;
  policy: AnswerPolicy;
  /** Undefined where spending has no limit. */
  budget: Budget | undefined;
  includeBookingId: boolean;
}

/** @param chargedUSD what a budget counts for the call, in US dollars; undefined where the price is not known. */
export type OnCall = (prompt: Prompt, record: CallRecord, chargedUSD: number | undefined) => void;

export interface CallContext {
  /** On the clock of `performance.now()`. */
  deadline: number;
  onCall: OnCall;
  cancelled: AbortSignal | undefined;
  /** When the task came, milliseconds since 1970. */
  now: number;
}

/** `answer` is there when it may be used again. */
export async function askModel(
  asker: Asker,
  ticket: Ticket,
  trace: Trace,
  { deadline, onCall, cancelled }: CallContext,
): Promise<{ answer: Answer | undefined; result: Outcome }> {
  const { budget, analyzer, policy } = asker;
  const { bookingId } = ticket;
  // As of now: the task may have waited since it came.
  const spent = await budget?.spent();
  if (spent) {
    const detail = `the budget for the model is spent until ${new Date(spent.until).toISOString()}`;
    return { answer: undefined, result: fallback(bookingId, undecided('BUDGET_SPENT', detail), trace) };
  }
  const prompt = buildPrompt(ticket, {
    includeBookingId: asker.includeBookingId,
    answerFormat: asker.parameters.answerFormat,
  });
  const calls: CallRecord[] = [];
  const onEach = (record: CallRecord) => {
    calls.push(record);
    const charged = charge(asker, prompt, record);
    if (charged !== undefined) budget?.book(charged);
    onCall(prompt, record, charged);
  };
  const { verdict, costUSD } = await analyze(analyzer, prompt, deadline, onEach, cancelled);
  const cost = costUSD === undefined ? {} : { costUSD };
  const asked: Trace = { ...trace, ...ofCalls(calls) };
  if ('error' in verdict) {
    const { code, message } = verdict.error;
    const error = { code, message };
    return {
      answer: undefined,
      result: { decision: 'MANUAL', source: 'fallback', bookingId, error, ...cost, trace: asked },
    };
  }
  const { decision, probability, reasoning } = verdict;
  const held = unsure(policy, verdict);
  const result: Outcome = {
    decision: held ? 'MANUAL' : decision,
    source: 'llm',
    bookingId,
    ...(held && { held }),
    ...(reasoning && { reasoning }),
    ...cost,
    trace: { ...asked, probability },
  };
  return {
    answer: held ? undefined : { decision, ...(probability !== undefined && { probability }) },
    result,
  };
}

/** What a call cost, or the most it may have cost where that is not known. */
function charge({ analyzer, parameters }: Asker, prompt: Prompt, record: CallRecord): number | undefined {
  if (!analyzer.price) return undefined;
  return record.costUSD ?? mostUSD(analyzer.price, prompt, tokenLimit(parameters.call));
}

/** What the calls for a task say together: the last one's answer, the tokens of all. */
function ofCalls(calls: readonly CallRecord[]): Partial<Trace> & { calls: number } {
  const last = calls.at(-1);
  const error = last && 'error' in last.verdict ? last.verdict.error : undefined;
  const usages = calls.flatMap(({ answer }) => answer?.usage ?? []);
  return {
    calls: calls.length,
    modelReturned: last?.answer?.model,
    requestId: last?.answer?.requestId ?? error?.requestId,
    rawLabel: last?.answer?.content.slice(0, MAX_RAW_LABEL),
    ...(usages.length > 0 && {
      inputTokens: usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
      outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    }),
  };
}
