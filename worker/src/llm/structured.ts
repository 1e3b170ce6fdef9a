/** The structured answer: an object that the API holds to a schema, and how it is read. */
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { DECISIONS } from '../fare/answer.ts';

const answerSchema = z.object({
  // First: an answer that is cut in its reasoning is still one that decided.
  decision: z.enum(DECISIONS).describe('Whether the refund is allowed.'),
  reasoning: z.string().nullable().describe('Why, in one short sentence.'),
});

export type StructuredAnswer = z.output<typeof answerSchema>;

export const RESPONSE_FORMAT = zodResponseFormat(answerSchema, 'refund_decision');

/** Undefined for anything but such an object: an API that does not know the format answers otherwise. */
export function parseStructured(content: string): StructuredAnswer | undefined {
  try {
    return answerSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}
