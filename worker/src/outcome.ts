/**
 * What was decided for a task, and the process variables that say so. The
 * engine stores strings in 4,000 characters and refuses longer ones, which
 * would make a task impossible to complete: everything here is cut before.
 */
import type { Decision } from './fare/answer.ts';
import type { Reason } from './fare/reasons.ts';
import type { Held } from './policy.ts';

export type Source = 'rule' | 'llm' | 'cache' | 'fallback';

export interface Outcome {
  decision: Decision;
  /** Who decided: a rule, the model, an earlier or shared identical decision, or nobody (then a person has to). */
  source: Source;
  /** Absent where the ticket's own booking id was malformed: hostile text is not repeated. */
  bookingId?: string;
  /** Why nobody decided. The code is also a metric label and a log field. */
  error?: Reason;
  /** Why a person has to confirm what was decided. */
  held?: Held;
  /** The rule that decided, with its version, and why. */
  rule?: { name: string; because: string };
  /** In shadow mode: what the process would have got. */
  shadowDecision?: Decision;
  /** The model's own words, where it was asked for them. */
  reasoning?: string;
  /** US dollars for all calls of this task; absent when a call was made whose cost is not known. */
  costUSD?: number;
  /** For the record; absent where the worker itself failed. */
  trace?: Trace;
}

/** What led to the decision, as far as there was any of it. */
export interface Trace {
  /** The question's name: a keyed hash of everything that decides the answer. */
  inputHmac?: string;
  /** Calls to the model that this task made. */
  calls: number;
  modelReturned?: string | undefined;
  requestId?: string | undefined;
  /** What the model answered, before anything was made of it. */
  rawLabel?: string | undefined;
  /** Probability of the label, 0 to 1. */
  probability?: number | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  /** What the model said when it was asked again without text, where it was and answered. */
  confirmLabel?: Decision;
  /** Where a decision that was not made for this task came from. */
  sharedFrom?: 'record' | 'memory' | 'redis' | 'process' | 'pods';
}

/** Nobody decided: a person has to. */
export function fallback(bookingId: string | undefined, error: Reason, trace: Trace): Outcome {
  return {
    decision: 'MANUAL',
    source: 'fallback',
    ...(bookingId !== undefined && { bookingId }),
    error,
    costUSD: 0,
    trace,
  };
}

/** The first outcome, with what was spent on both, and what the second said. */
export function together({ costUSD, ...first }: Outcome, second: Outcome): Outcome {
  const cost = costUSD === undefined || second.costUSD === undefined ? undefined : costUSD + second.costUSD;
  const [one, two] = [first.trace, second.trace];
  const inputTokens = sumOfKnown(one?.inputTokens, two?.inputTokens);
  const outputTokens = sumOfKnown(one?.outputTokens, two?.outputTokens);
  return {
    ...first,
    ...(cost !== undefined && { costUSD: cost }),
    trace: {
      ...one,
      calls: (one?.calls ?? 0) + (two?.calls ?? 0),
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(!second.error && { confirmLabel: second.held?.label ?? second.decision }),
    },
  };
}

/** A decision that was not asked for now has no tokens; neither has a call that brought no answer. */
function sumOfKnown(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}

export interface EngineVariable {
  value: string | number;
  type: 'String' | 'Integer';
}

const MAX_REASONING = 4_000;
const MAX_OWN_WORDS = 500;
const MAX_ERROR = 1_000;
const MAX_PROVIDER = 255;

/** What `llmProvider` says for a model; the document's wording for the document's model. */
export function providerName(model: string, configured?: string): string {
  return configured ?? (model === 'gpt-4o-mini' ? 'OpenAI GPT-4o-mini' : model);
}

/**
 * The variables that complete the task.
 * @param audit the record as JSON, at most 4,000 characters; left out where it is not wanted.
 */
export function toVariables(
  outcome: Outcome,
  provider: string,
  audit?: string,
): Record<string, EngineVariable> {
  const text = (value: string, max: number): EngineVariable => ({
    value: value.slice(0, max),
    type: 'String',
  });
  const { error, rule, shadowDecision } = outcome;
  return {
    fareRuleCheck: text(outcome.decision, MAX_PROVIDER),
    llmProvider: text(rule ? `rule:${rule.name}` : provider, MAX_PROVIDER),
    llmReasoning: text(reasoning(outcome), MAX_REASONING),
    apiErrorCount: { value: 0, type: 'Integer' },
    ...(error && { llmError: text(`${error.code}: ${error.message}`, MAX_ERROR) }),
    ...(shadowDecision && { llmShadowDecision: text(shadowDecision, MAX_PROVIDER) }),
    ...(audit !== undefined && { llmAudit: text(audit, MAX_REASONING) }),
  };
}

function reasoning(outcome: Outcome): string {
  const { bookingId, source, decision, held, rule } = outcome;
  const booking = bookingId ?? 'a request without a valid booking id';
  const who = rule ? `Rule ${rule.name}` : 'AI analysis';
  const subject = `${who} for ${booking}`;
  if (source === 'fallback') return `${subject}: no decision, sent to manual review`;
  const label = held?.label ?? decision;
  const why = rule ? ` (${rule.because})` : '';
  const words = outcome.reasoning
    ? `. It says: ${JSON.stringify(outcome.reasoning.slice(0, MAX_OWN_WORDS))}`
    : '';
  const review = held ? `; sent to manual review, ${held.code}: ${held.message}` : '';
  return `${subject}: ${label}${why}${review}${words}`;
}
