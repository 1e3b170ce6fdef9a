import { expect, test } from '@jest/globals';
import type { ModelAnswer } from './completion.ts';
import { RESPONSE_FORMAT } from './structured.ts';
import { judge } from './verdict.ts';

const answer = (content: string, change: Partial<ModelAnswer> = {}): ModelAnswer => ({
  content,
  problem: undefined,
  tokens: undefined,
  model: 'm',
  usage: undefined,
  requestId: 'req_1',
  ...change,
});
const refused = (code: string) => ({ error: expect.objectContaining({ code, requestId: 'req_1' }) });

test.each<[string, ModelAnswer, object]>([
  ['a label', answer('ALLOWED'), { decision: 'ALLOWED' }],
  ['anything else', answer('Sure: ALLOWED'), refused('INVALID_ANSWER')],
  ['an object where a word was asked for', answer('{"decision":"ALLOWED"}'), refused('INVALID_ANSWER')],
  ['a refusal', answer('', { problem: 'REFUSED' }), refused('REFUSED')],
  ['half a label', answer('WITH', { problem: 'TRUNCATED' }), refused('TRUNCATED')],
  [
    'a label with its probability',
    answer('MANUAL', { tokens: [{ token: 'MANUAL', logprob: Math.log(0.5), top_logprobs: [] }] }),
    { decision: 'MANUAL', probability: 0.5 },
  ],
])('one word: %s', (_what, said, expected) => {
  expect(judge(said, 'OneWord')).toEqual(expected);
});

test.each<[string, string, object]>([
  [
    'a decision with its reason',
    '{"decision":"WITH_PENALTY","reasoning":"There is a fee."}',
    { decision: 'WITH_PENALTY', reasoning: 'There is a fee.' },
  ],
  ['a decision alone', '{"decision":"ALLOWED","reasoning":null}', { decision: 'ALLOWED' }],
  ['another label', '{"decision":"YES","reasoning":null}', refused('INVALID_ANSWER')],
  ['one word', 'ALLOWED', refused('INVALID_ANSWER')],
  ['half an object', '{"decision":"ALLOWED"', refused('INVALID_ANSWER')],
])('structured: %s', (_what, content, expected) => {
  expect(judge(answer(content), 'Structured')).toEqual(expected);
});

test('the API is given the schema in the form that it holds answers to', () => {
  expect(RESPONSE_FORMAT).toMatchObject({
    type: 'json_schema',
    json_schema: {
      strict: true,
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['decision', 'reasoning'],
        properties: { decision: { enum: ['ALLOWED', 'WITH_PENALTY', 'MANUAL'] } },
      },
    },
  });
});
