import { expect, test } from '@jest/globals';
import type { Decision } from '../fare/answer.ts';
import { type AnswerToken, labelProbability } from './labelProbability.ts';

/** A position of the answer: the chosen token and its probability, then the others'. */
const at = (token: string, probability: number, others: Record<string, number> = {}): AnswerToken => ({
  token,
  logprob: Math.log(probability),
  top_logprobs: [[token, probability] as const, ...Object.entries(others)].map(([text, share]) => ({
    token: text,
    logprob: Math.log(share),
  })),
});

test.each<[string, Decision, AnswerToken[], number | undefined]>([
  ['one token', 'MANUAL', [at('MANUAL', 0.8, { ALLOWED: 0.2 })], 0.8],
  ['a label in several tokens', 'ALLOWED', [at('ALL', 0.9, { MAN: 0.1 }), at('OWED', 0.5)], 0.45],
  [
    'other ways to begin the same label',
    'WITH_PENALTY',
    [at('WITH', 0.5, { W: 0.2, ' WITH': 0.1, With: 0.05, MANUAL: 0.1 }), at('_PEN', 1), at('ALTY', 1)],
    0.85,
  ],
  ['white space before it', 'ALLOWED', [at('\n', 0.4), at(' Allowed', 0.9, { ALLOWED: 0.05 })], 0.95],
  ['what comes after it', 'ALLOWED', [at('ALLOWED', 0.9, { 'ALLOWED\n': 0.05 }), at('\n', 0.3)], 0.95],
  ['a longer word that only begins alike', 'ALLOWED', [at('ALLOWED', 0.6, { ALLOWEDLY: 0.3 })], 0.6],
  [
    'an object',
    'MANUAL',
    [
      at('{"', 1),
      at('decision', 0.9),
      at('":"', 1),
      at('MAN', 0.7, { ALL: 0.2, WITH: 0.1 }),
      at('UAL', 1),
      at('","', 0.8),
      at('reasoning', 1),
    ],
    0.7,
  ],
  [
    'an object whose label shares a token with its quotes',
    'ALLOWED',
    [at('{"decision":', 1), at('"ALL', 0.6, { '"MAN': 0.3, ALL: 0.1 }), at('OWED"}', 0.5, { OWED: 0.25 })],
    0.45,
  ],
  ['a token that is not among the likeliest', 'MANUAL', [{ ...at('MANUAL', 0.1), top_logprobs: [] }], 0.1],
  ['sums that rounding takes above one', 'MANUAL', [at('MANUAL', 0.9, { manual: 0.2 })], 1],
  ['tokens that spell something else', 'MANUAL', [at('ALLOWED', 0.9)], undefined],
  ['no tokens', 'MANUAL', [], undefined],
  [
    'numbers that are none',
    'MANUAL',
    [{ token: 'MANUAL', logprob: Number.NaN, top_logprobs: [] }],
    undefined,
  ],
])('the probability of a label, given %s', (_what, decision, tokens, expected) => {
  const probability = labelProbability(tokens, decision);
  if (expected === undefined) expect(probability).toBeUndefined();
  else expect(probability).toBeCloseTo(expected, 10);
});
