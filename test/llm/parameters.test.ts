import { expect, test } from '@jest/globals';
import { parameterProblem } from './parameters.ts';

const SCHEMA = {
  type: 'object',
  properties: { decision: { type: 'string' } },
  required: ['decision'],
  additionalProperties: false,
};
const format = (change: object) => ({
  type: 'json_schema',
  json_schema: { name: 'd', strict: true, schema: { ...SCHEMA, ...change } },
});

test.each<[string, string, object, string | null | undefined]>([
  ['the document’s call', 'gpt-4o-mini', { max_tokens: 10, temperature: 0.3 }, undefined],
  ['log probabilities', 'gpt-4o-mini', { logprobs: true, top_logprobs: 5 }, undefined],
  ['the likeliest tokens alone', 'gpt-4o-mini', { top_logprobs: 5 }, null],
  ['both limits', 'gpt-4o-mini', { max_tokens: 10, max_completion_tokens: 10 }, null],
  ['an effort where there is none', 'gpt-4o-mini', { reasoning_effort: 'none' }, 'unsupported_parameter'],
  ['the old limit', 'gpt-6-luna', { max_tokens: 10 }, 'unsupported_parameter'],
  ['a temperature', 'gpt-6-luna', { temperature: 0.3 }, undefined],
  [
    'a temperature with reasoning',
    'gpt-6-luna',
    { temperature: 0.3, reasoning_effort: 'low' },
    'unsupported_value',
  ],
  [
    'log probabilities with reasoning',
    'gpt-6-luna',
    { logprobs: true, reasoning_effort: 'low' },
    'unsupported_parameter',
  ],
  ['a temperature', 'o4-mini', { temperature: 0.3 }, 'unsupported_value'],
  ['no effort', 'gpt-5-mini', { reasoning_effort: 'none' }, 'unsupported_value'],
  ['an unknown effort', 'gpt-6-luna', { reasoning_effort: 'much' }, 'unsupported_value'],
  ['a strict schema', 'gpt-4o-mini', { response_format: format({}) }, undefined],
  ['a schema with an optional field', 'gpt-4o-mini', { response_format: format({ required: [] }) }, null],
  ['a schema that is open', 'gpt-4o-mini', { response_format: format({ additionalProperties: true }) }, null],
])('%s: %s', (_what, model, body, code) => {
  const problem = parameterProblem({ model, ...body });
  if (code === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatchObject({ status: 400, body: { error: { code } } });
});
