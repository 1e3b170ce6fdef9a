/**
 * How sure the model was of its label, from the log probabilities of its
 * tokens. A label may be one token or several, with a space before it, in any
 * case, or inside a JSON object; at each of its positions the probabilities of
 * all tokens that go on with the label are summed. Pure.
 */
import type { Decision } from '../fare/answer.ts';

export interface TokenChoice {
  token: string;
  logprob: number;
}

/** A token of the answer, with the likeliest ones of its position. */
export interface AnswerToken extends TokenChoice {
  top_logprobs: readonly TokenChoice[];
}

/** Where the label begins: after the key of an object, otherwise after white space. */
const LABEL_START = /^(?:\s*\{[\s\S]*?"decision"\s*:\s*")|^\s*/;

/**
 * @param decision the label that was read from the answer
 * @returns from 0 to 1; undefined where the tokens do not spell the label, which is not the same as 0
 */
export function labelProbability(tokens: readonly AnswerToken[], decision: Decision): number | undefined {
  const text = tokens.map(({ token }) => token).join('');
  const start = LABEL_START.exec(text)?.[0].length ?? 0;
  const end = start + decision.length;
  if (text.length < end || !continues(text.slice(start), decision)) return undefined;
  let probability = 1;
  let position = 0;
  for (const choice of tokens) {
    const { token } = choice;
    const from = position;
    position += token.length;
    if (position <= start || from >= end) continue;
    const before = text.slice(from, Math.max(from, start));
    const rest = decision.slice(Math.max(0, from - start));
    probability *= sumOf(choice, (other) => {
      const label = before.trim() === '' ? other.trimStart() : after(other, before);
      return label !== undefined && label !== '' && continues(label, rest);
    });
  }
  return Number.isFinite(probability) ? Math.min(1, probability) : undefined;
}

/** Whether the text is a beginning of the label, or the label and then something that ends it. */
function continues(text: string, label: string): boolean {
  const [own, wanted] = [text.toUpperCase(), label.toUpperCase()];
  return own.length <= wanted.length
    ? wanted.startsWith(own)
    : own.startsWith(wanted) && !/[A-Z_]/.test(own.charAt(wanted.length));
}

const after = (text: string, prefix: string): string | undefined =>
  text.startsWith(prefix) ? text.slice(prefix.length) : undefined;

/** The chosen token counts once, whether or not it is among the likeliest. */
function sumOf({ token, logprob, top_logprobs }: AnswerToken, fits: (token: string) => boolean): number {
  const others = top_logprobs.filter((other) => other.token !== token && fits(other.token));
  return others.reduce((sum, other) => sum + Math.exp(other.logprob), Math.exp(logprob));
}
