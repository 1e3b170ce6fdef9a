import { expect, test } from '@jest/globals';
import { type CallParameters, callParameters, type ProfileSettings } from './profile.ts';

const settings: ProfileSettings = {
  model: 'gpt-4o-mini',
  profile: 'Auto',
  answerFormat: 'OneWord',
  temperature: 0.3,
  logprobs: false,
};
const PLAIN = { max_tokens: 10, temperature: 0.3 };
const WITHOUT_REASONING = { max_completion_tokens: 10, reasoning_effort: 'none', temperature: 0.3 } as const;
const OWN_REASONING = { max_completion_tokens: 2_000 };

test.each<[string, CallParameters]>([
  ['gpt-4o-mini', PLAIN],
  ['gpt-4o-2024-11-20', PLAIN],
  ['gpt-4.1-nano', PLAIN],
  ['gpt-3.5-turbo', PLAIN],
  ['openai/gpt-4o-mini', PLAIN],
  ['mistralai/Mistral-7B-Instruct', PLAIN],
  ['our-deployment', PLAIN],
  ['gpt-6-luna', WITHOUT_REASONING],
  ['gpt-6-luna-2026-09-01', WITHOUT_REASONING],
  ['azure/gpt-6-luna', WITHOUT_REASONING],
  ['gpt-5.1', WITHOUT_REASONING],
  ['gpt-5', OWN_REASONING],
  ['gpt-5-mini', OWN_REASONING],
  ['gpt-5.2-pro', OWN_REASONING],
  ['o3', OWN_REASONING],
  ['o4-mini', OWN_REASONING],
])('the name %s alone tells what the model takes', (model, expected) => {
  expect(callParameters({ ...settings, model })).toEqual(expected);
});

test.each<[string, Partial<ProfileSettings>, CallParameters]>([
  ['log probabilities, when asked for', { logprobs: true }, { ...PLAIN, logprobs: true, top_logprobs: 5 }],
  [
    'log probabilities of a model that does not reason now',
    { model: 'gpt-6-luna', logprobs: true },
    { ...WITHOUT_REASONING, logprobs: true, top_logprobs: 5 },
  ],
  [
    'neither temperature nor log probabilities with an effort',
    { model: 'gpt-6-luna', reasoningEffort: 'low', logprobs: true },
    { max_completion_tokens: 2_000, reasoning_effort: 'low' },
  ],
  ['nor with its own effort', { model: 'o3', logprobs: true }, OWN_REASONING],
  ['no effort where none is known', { reasoningEffort: 'low' }, PLAIN],
  [
    'the stated effort of an unknown model',
    { model: 'qwen3', reasoningEffort: 'high' },
    { max_tokens: 2_000, reasoning_effort: 'high' },
  ],
  ['room for an object', { answerFormat: 'Structured' }, { ...PLAIN, max_tokens: 100 }],
  ['the stated limit', { maxTokens: 7, model: 'o3' }, { max_completion_tokens: 7 }],
  [
    'what a stated profile says, whatever the name',
    { profile: 'MaxCompletionTokens', logprobs: true },
    { max_completion_tokens: 10, temperature: 0.3, logprobs: true, top_logprobs: 5 },
  ],
  ['the old limit for a new name', { profile: 'MaxTokens', model: 'gpt-6-luna' }, PLAIN],
  ['nothing but the limit in Reasoning', { profile: 'Reasoning', logprobs: true }, OWN_REASONING],
  [
    'also without reasoning',
    { profile: 'Reasoning', reasoningEffort: 'none' },
    { max_completion_tokens: 10, reasoning_effort: 'none' },
  ],
])('sends %s', (_what, change, expected) => {
  expect(callParameters({ ...settings, ...change })).toEqual(expected);
});
