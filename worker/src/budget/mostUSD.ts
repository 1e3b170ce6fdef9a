/**
 * What a call can have cost at most, where nobody said what it did cost: an
 * answer without usage, or a call that ended without an answer although the
 * model may have worked on it. Unknown is not nothing, so a budget counts this. Pure.
 */
import type { Prompt } from '../fare/prompt.ts';
import { costUSD, type Price } from '../llm/price.ts';

/** Tokens around the messages. */
const FRAME_TOKENS = 16;

/** US dollars; a token is at least one byte. */
export function mostUSD(price: Price, { system, user }: Prompt, maxOutputTokens: number): number {
  const inputTokens = Buffer.byteLength(system) + Buffer.byteLength(user) + FRAME_TOKENS;
  return costUSD(price, { inputTokens, outputTokens: maxOutputTokens }) ?? 0;
}
