import { expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { readCompletion } from './completion.ts';

const completion = (choice: object, more: object = {}) =>
  ({ model: 'gpt-4o-mini-2024-07-18', choices: [choice], ...more }) as unknown as OpenAI.ChatCompletion;
const said = (message: object, more: object = {}) =>
  readCompletion(completion({ message, finish_reason: 'stop', ...more }), 'req_1');

test('an answer is read with its usage and its request', () => {
  const usage = { prompt_tokens: 148, completion_tokens: 2 };
  const answer = readCompletion(completion({ message: { content: 'MANUAL' } }, { usage }), 'req_1');
  expect(answer).toEqual({
    content: 'MANUAL',
    problem: undefined,
    tokens: undefined,
    model: 'gpt-4o-mini-2024-07-18',
    usage: { inputTokens: 148, outputTokens: 2 },
    requestId: 'req_1',
  });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['text', 'many'],
  ['no number', {}],
  ['one number', { prompt_tokens: 148 }],
  ['null for a number', { prompt_tokens: null, completion_tokens: 2 }],
  ['a number as text', { prompt_tokens: '148', completion_tokens: 2 }],
  ['a fraction', { prompt_tokens: 148.5, completion_tokens: 2 }],
  ['less than nothing', { prompt_tokens: 148, completion_tokens: -2 }],
  ['no number at all', { prompt_tokens: Number.NaN, completion_tokens: 2 }],
  ['more than can be counted', { prompt_tokens: 1e300, completion_tokens: 2 }],
])('a usage that says %s is not known', (_what, usage) => {
  const answer = readCompletion(completion({ message: { content: 'MANUAL' } }, { usage }), 'req_1');
  expect(answer).toMatchObject({ content: 'MANUAL', usage: undefined });
});

test.each([
  ['a refusal', { content: null, refusal: 'No.' }, {}, 'REFUSED'],
  ['an answer that was cut', { content: 'WITH' }, { finish_reason: 'length' }, 'TRUNCATED'],
  ['an answer that was withheld', { content: '' }, { finish_reason: 'content_filter' }, 'CONTENT_FILTERED'],
])('%s is a problem although the call worked', (_what, message, more, problem) => {
  expect(said(message, more).problem).toBe(problem);
});

test.each([
  ['tokens with their likeliest', [{ token: 'A', logprob: -1, top_logprobs: [] }], true],
  ['no list', null, false],
  ['an empty list', [], false],
  ['tokens without the likeliest', [{ token: 'A', logprob: -1 }], false],
  ['something else', ['A'], false],
])('probabilities: %s', (_what, content, known) => {
  const { tokens } = said({ content: 'A' }, { logprobs: { content } });
  expect(tokens).toEqual(known ? content : undefined);
});

test.each([
  ['no choice', { choices: [] }],
  ['no message', { choices: [{}] }],
  ['nothing', undefined],
])('%s is no completion', (_what, body) => {
  expect(() => readCompletion(body as unknown as OpenAI.ChatCompletion, undefined)).toThrow(
    expect.objectContaining({ code: 'MALFORMED_RESPONSE' }),
  );
});
