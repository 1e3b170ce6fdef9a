import { describe, expect, test } from '@jest/globals';
import { type Outcome, providerName, toVariables } from './outcome.ts';

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

  const allowed = { decision: 'ALLOWED', source: 'llm', bookingId: 'DEMO-1' } as const;
  const said = (outcome: Outcome) => {
    const { llmProvider, llmReasoning, llmShadowDecision } = toVariables(outcome, 'P');
    return [llmProvider?.value, llmReasoning?.value, llmShadowDecision?.value];
  };

  test('name the rule that decided, and why', () => {
    const rule = { name: 'TwentyFourHours@2', because: 'bought within 24 hours' };
    expect(said({ ...allowed, source: 'rule', rule })).toEqual([
      'rule:TwentyFourHours@2',
      'Rule TwentyFourHours@2 for DEMO-1: ALLOWED (bought within 24 hours)',
      undefined,
    ]);
  });

  test('say why a person has to confirm, and what', () => {
    const held = { code: 'REVIEW_SAMPLE', message: 'chosen by chance', label: 'ALLOWED' } as const;
    expect(said({ ...allowed, decision: 'MANUAL', held, shadowDecision: 'ALLOWED' })).toEqual([
      'P',
      'AI analysis for DEMO-1: ALLOWED; sent to manual review, REVIEW_SAMPLE: chosen by chance',
      'ALLOWED',
    ]);
  });

  test("quote the model's own words", () => {
    expect(said({ ...allowed, reasoning: 'Free "flex" fare' })[1]).toBe(
      'AI analysis for DEMO-1: ALLOWED. It says: "Free \\"flex\\" fare"',
    );
  });

  test('say why nobody decided, in no more characters than the engine stores', () => {
    const error = { code: 'INVALID_VARIABLES', message: 'x'.repeat(10_000) };
    const variables = toVariables({ decision: 'MANUAL', source: 'fallback', error }, 'P'.repeat(10_000));
    expect(variables.fareRuleCheck?.value).toBe('MANUAL');
    expect(variables.llmError?.value).toMatch(/^INVALID_VARIABLES: x/);
    for (const { value } of Object.values(variables)) expect(String(value).length).toBeLessThanOrEqual(4_000);
  });
});
