import { describe, expect, test } from '@jest/globals';
import { providerName, toVariables } from './outcome.ts';

test.each([
  ['gpt-4o-mini', undefined, 'OpenAI GPT-4o-mini'],
  ['gpt-6-luna', undefined, 'gpt-6-luna'],
  ['gpt-4o-mini', 'Our gateway', 'Our gateway'],
])('the provider of %s with the name %s is "%s"', (model, configured, name) => {
  expect(providerName(model, configured)).toBe(name);
});

describe('the variables of a task', () => {
  test('carry the decision and the types that the process expects', () => {
    expect(toVariables({ decision: 'WITH_PENALTY', source: 'llm', bookingId: 'DEMO-1' }, 'P')).toEqual({
      fareRuleCheck: { value: 'WITH_PENALTY', type: 'String' },
      llmProvider: { value: 'P', type: 'String' },
      llmReasoning: { value: 'AI analysis for DEMO-1: WITH_PENALTY', type: 'String' },
      apiErrorCount: { value: 0, type: 'Integer' },
    });
  });

  test('say why nobody decided, in no more characters than the engine stores', () => {
    const error = { code: 'INVALID_VARIABLES', message: 'x'.repeat(10_000) };
    const variables = toVariables({ decision: 'MANUAL', source: 'fallback', error }, 'P'.repeat(10_000));
    expect(variables.fareRuleCheck?.value).toBe('MANUAL');
    expect(variables.llmError?.value).toMatch(/^INVALID_VARIABLES: x/);
    for (const { value } of Object.values(variables)) expect(String(value).length).toBeLessThanOrEqual(4_000);
  });
});
