/** Reads a chat completion, which another program than OpenAI's may have written. Pure. */
import type OpenAI from 'openai';
import { LlmError } from './errors.ts';
import type { AnswerToken } from './labelProbability.ts';
import type { Usage } from './price.ts';

export interface ModelAnswer {
  content: string;
  /** Why the content must not be used although the call worked (and was paid for). */
  problem: 'REFUSED' | 'TRUNCATED' | 'CONTENT_FILTERED' | undefined;
  /** The tokens of the content with their probabilities; undefined where they did not come. */
  tokens?: readonly AnswerToken[] | undefined;
  /** The model that answered, which may be a dated snapshot of the one asked for. */
  model: string;
  usage: Usage | undefined;
  requestId: string | undefined;
}

/** @throws LlmError where this is no completion */
export function readCompletion(
  completion: OpenAI.ChatCompletion,
  requestId: string | undefined,
): ModelAnswer {
  const choice = completion?.choices?.[0];
  if (typeof choice?.message !== 'object') throw new LlmError('MALFORMED_RESPONSE', { requestId });
  return {
    content: typeof choice.message.content === 'string' ? choice.message.content : '',
    problem: problemOf(choice),
    tokens: tokensOf(choice.logprobs?.content),
    model: completion.model,
    usage: usageOf(completion.usage),
    requestId,
  };
}

function problemOf(choice: OpenAI.ChatCompletion.Choice): ModelAnswer['problem'] {
  if (choice.message.refusal) return 'REFUSED';
  if (choice.finish_reason === 'length') return 'TRUNCATED';
  if (choice.finish_reason === 'content_filter') return 'CONTENT_FILTERED';
  return undefined;
}

/** Undefined where it is not two counts: one number that is none would stop all that is reckoned from it. */
function usageOf(usage: unknown): Usage | undefined {
  const said = (usage ?? {}) as Partial<OpenAI.CompletionUsage>;
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = said;
  return isCount(inputTokens) && isCount(outputTokens) ? { inputTokens, outputTokens } : undefined;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function tokensOf(content: unknown): readonly AnswerToken[] | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined;
  return content.every(isToken) ? content : undefined;
}

function isToken(value: unknown): value is AnswerToken {
  const { token, logprob, top_logprobs: others } = (value ?? {}) as Partial<AnswerToken>;
  return typeof token === 'string' && typeof logprob === 'number' && Array.isArray(others);
}
