/** A decision that a model made, as it is kept. Pure. */
import { z } from 'zod';
import { DECISIONS } from '../fare/answer.ts';

const schema = z.object({
  decision: z.enum(DECISIONS),
  /** Probability of the label; absent where the model did not report it. */
  probability: z.number().min(0).max(1).optional(),
  /** Until when it may be used, milliseconds since 1970. */
  until: z.number(),
});

export type Known = z.output<typeof schema>;

/** What may be used again of a decision that was just made. */
export type Answer = Pick<Known, 'decision' | 'probability'>;

export const encode = (known: Known): string => JSON.stringify(known);

/** Undefined for what is not there, too old, or was not written by us. */
export function decode(text: string | null | undefined, now: number): Known | undefined {
  if (!text) return undefined;
  try {
    const known = schema.parse(JSON.parse(text));
    return known.until > now ? known : undefined;
  } catch {
    return undefined;
  }
}
