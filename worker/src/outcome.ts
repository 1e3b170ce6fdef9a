/**
 * What was decided for a task, and the process variables that say so. The
 * engine stores strings in 4,000 characters and refuses longer ones, which
 * would make a task impossible to complete: everything here is cut before.
 */
import type { Decision } from './fare/answer.ts';

export type Source = 'llm' | 'cache' | 'fallback';

export interface Outcome {
  decision: Decision;
  /** Who decided: the model, an earlier identical decision, or nobody (then a person has to). */
  source: Source;
  /** Absent where the ticket's own booking id was malformed: hostile text is not repeated. */
  bookingId?: string;
  /** Why nobody decided. The code is also a metric label and a log field. */
  error?: { code: string; message: string };
  /** US dollars for all calls of this task; absent when a call was made whose price is not known. */
  costUSD?: number;
}

export interface EngineVariable {
  value: string | number;
  type: 'String' | 'Integer';
}

const MAX_REASONING = 4_000;
const MAX_ERROR = 1_000;
const MAX_PROVIDER = 255;

/** What `llmProvider` says for a model; the document's wording for the document's model. */
export function providerName(model: string, configured?: string): string {
  return configured ?? (model === 'gpt-4o-mini' ? 'OpenAI GPT-4o-mini' : model);
}

/** The variables that complete the task. */
export function toVariables(outcome: Outcome, provider: string): Record<string, EngineVariable> {
  const text = (value: string, max: number): EngineVariable => ({
    value: value.slice(0, max),
    type: 'String',
  });
  return {
    fareRuleCheck: text(outcome.decision, MAX_PROVIDER),
    llmProvider: text(provider, MAX_PROVIDER),
    llmReasoning: text(reasoning(outcome), MAX_REASONING),
    apiErrorCount: { value: 0, type: 'Integer' },
    ...(outcome.error
      ? { llmError: text(`${outcome.error.code}: ${outcome.error.message}`, MAX_ERROR) }
      : {}),
  };
}

function reasoning({ bookingId, source, decision }: Outcome): string {
  const subject = `AI analysis for ${bookingId ?? 'a request without a valid booking id'}`;
  return source === 'fallback' ? `${subject}: no decision, sent to manual review` : `${subject}: ${decision}`;
}
