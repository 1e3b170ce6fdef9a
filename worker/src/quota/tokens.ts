/**
 * How many tokens a call will take of its limit, from what the calls before it
 * used. The first guess is high: a little quota unused is better than a refused
 * call. Whatever it uses, an API charges a call at least with the most that its
 * answer may have. Pure.
 */

export interface TokenEstimate {
  /** Input tokens of one character of the prompt. */
  perCharacter: number;
  outputTokens: number;
  outputLimit: number;
  /** Tokens that one call took; undefined before the first was answered. */
  perCall: number | undefined;
}

/** Four characters a token are usual in English. */
const PER_CHARACTER = 0.3;
const WEIGHT = 0.1;

/** @param outputLimit most tokens that an answer may have */
export function firstEstimate(outputLimit: number): TokenEstimate {
  return { perCharacter: PER_CHARACTER, outputTokens: outputLimit, outputLimit, perCall: undefined };
}

export function estimate(known: TokenEstimate, characters: number): number {
  return charged(known, Math.ceil(characters * known.perCharacter + known.outputTokens));
}

/** What a call that used so many tokens took of the limit. */
export function charged({ outputLimit }: TokenEstimate, used: number): number {
  return Math.max(used, outputLimit);
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
    ...before,
    perCharacter: moved(before.perCharacter, inputTokens / Math.max(1, characters)),
    outputTokens: moved(before.outputTokens, outputTokens),
    perCall: moved(before.perCall ?? 0, charged(before, inputTokens + outputTokens)),
  };
}
