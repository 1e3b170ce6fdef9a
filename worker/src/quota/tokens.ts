/**
 * How many tokens a call will use, from what the calls before it used. The
 * first guess is high: a little quota unused is better than a refused call.
 * Pure.
 */

export interface TokenEstimate {
  /** Input tokens of one character of the prompt. */
  perCharacter: number;
  outputTokens: number;
  /** Tokens of one call; undefined before the first was answered. */
  perCall: number | undefined;
}

/** Four characters a token are usual in English. */
const PER_CHARACTER = 0.3;
const WEIGHT = 0.1;

/** @param outputLimit most tokens that an answer may have */
export function firstEstimate(outputLimit: number): TokenEstimate {
  return { perCharacter: PER_CHARACTER, outputTokens: outputLimit, perCall: undefined };
}

export function estimate({ perCharacter, outputTokens }: TokenEstimate, characters: number): number {
  return Math.ceil(characters * perCharacter + outputTokens);
}

/** The next estimate, after a call of so many characters. */
export function learned(
  before: TokenEstimate,
  characters: number,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): TokenEstimate {
  const first = before.perCall === undefined;
  const moved = (from: number, to: number) => (first ? to : from + (to - from) * WEIGHT);
  return {
    perCharacter: moved(before.perCharacter, inputTokens / Math.max(1, characters)),
    outputTokens: moved(before.outputTokens, outputTokens),
    perCall: moved(before.perCall ?? 0, inputTokens + outputTokens),
  };
}
