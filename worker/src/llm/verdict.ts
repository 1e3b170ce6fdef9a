/** From what the model said to a decision or the reason why there is none. Pure. */
import { type Decision, parseAnswer } from '../fare/answer.ts';
import type { ModelAnswer } from './completion.ts';
import { LlmError } from './errors.ts';
import { labelProbability } from './labelProbability.ts';
import { parseStructured } from './structured.ts';

export type Verdict =
  | {
      decision: Decision;
      /** Probability of the label, 0 to 1; absent where the model did not report it. */
      probability?: number;
      /** Why, in the model's words; absent where it was not asked or did not say. */
      reasoning?: string;
    }
  | { error: LlmError };

export function judge(answer: ModelAnswer, format: 'OneWord' | 'Structured'): Verdict {
  const { content, problem, requestId, tokens } = answer;
  if (problem) return { error: new LlmError(problem, { requestId }) };
  const structured = format === 'Structured' ? parseStructured(content) : undefined;
  const decision = format === 'Structured' ? structured?.decision : parseAnswer(content);
  if (!decision) return { error: new LlmError('INVALID_ANSWER', { requestId, answer: content }) };
  const probability = tokens && labelProbability(tokens, decision);
  return {
    decision,
    ...(probability !== undefined && { probability }),
    ...(structured?.reasoning && { reasoning: structured.reasoning }),
  };
}
