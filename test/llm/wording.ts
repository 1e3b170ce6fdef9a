/** How an answer is put into words and tokens: one word or an object, cut at the limit, with probabilities. */
import type { Decision } from './policy.ts';

/** About six characters of these answers are a token. */
const CHARACTERS = 6;
/** Tokens of reasoning, which are charged as output and come before the answer. */
export const REASONING_TOKENS = 64;

const PIECES: Readonly<Record<Decision, string[]>> = {
  ALLOWED: ['ALL', 'OWED'],
  WITH_PENALTY: ['WITH', '_PEN', 'ALTY'],
  MANUAL: ['MAN', 'UAL'],
};

export interface Wording {
  content: string;
  completionTokens: number;
  finishReason: 'stop' | 'length';
}

export const asObject = (decision: string): string =>
  JSON.stringify({ decision, reasoning: 'So says the policy of the stand-in.' });

/** The text as far as the limit allows. */
export function worded(text: string, maxTokens: number, reasons: boolean): Wording {
  const before = reasons ? REASONING_TOKENS : 0;
  const tokens = Math.max(2, Math.ceil(text.length / CHARACTERS));
  if (before + tokens <= maxTokens) {
    return { content: text, completionTokens: before + tokens, finishReason: 'stop' };
  }
  const left = Math.max(0, maxTokens - before);
  return { content: text.slice(0, left * CHARACTERS), completionTokens: maxTokens, finishReason: 'length' };
}

interface Choice {
  token: string;
  logprob: number;
  bytes: null;
}

/**
 * The tokens of a text with their probabilities. The first token of a label
 * has the given one, the other labels share the rest; all else is certain.
 */
export function logprobs(text: string, probability: number): { content: object[]; refusal: null } {
  const label = (Object.keys(PIECES) as Decision[]).find((name) => text.includes(name));
  if (!label) return { content: [token(text, 1)], refusal: null };
  const at = text.indexOf(label);
  const [first = '', ...others] = PIECES[label];
  const rest = (Object.keys(PIECES) as Decision[]).filter((name) => name !== label);
  const tokens = [
    text.slice(0, at),
    token(
      first,
      probability,
      rest.map((name) => choice(PIECES[name][0] ?? '', (1 - probability) / rest.length)),
    ),
    ...others,
    text.slice(at + label.length),
  ];
  return {
    content: tokens.flatMap((item) => (item === '' ? [] : typeof item === 'string' ? token(item, 1) : item)),
    refusal: null,
  };
}

const choice = (text: string, probability: number): Choice => ({
  token: text,
  logprob: probability > 0 ? Math.log(probability) : -9_999,
  bytes: null,
});

function token(text: string, probability: number, others: Choice[] = []): object {
  const own = choice(text, probability);
  return { ...own, top_logprobs: [own, ...others].sort((a, b) => b.logprob - a.logprob) };
}
