import { expect, test } from '@jest/globals';
import { costUSD, priceOf } from './price.ts';

test.each([
  ['gpt-4o-mini', 148, 2, 0.0000234],
  ['gpt-4o-mini-2024-07-18', 148, 2, 0.0000234],
  ['gpt-6-luna', 148, 2, 0.0000158],
  ['openai/gpt-4o-mini', 148, 2, 0.0000234],
  ['gateway/openai/gpt-6-luna-2026-09-01', 148, 2, 0.0000158],
  ['gpt-4o-mini', 0, 0, 0],
  ['gpt-4o-mini', 148_000_000, 2_000_000, 23.4],
])('%s: %d tokens in and %d out cost exactly $%d', (model, inputTokens, outputTokens, expected) => {
  expect(costUSD(priceOf(model), { inputTokens, outputTokens })).toBe(expected);
});

test('a configured price comes first', () => {
  const price = priceOf('gpt-4o-mini', { inputPerMillionUSD: 1, outputPerMillionUSD: 2 });
  expect(costUSD(price, { inputTokens: 1_000_000, outputTokens: 1_000_000 })).toBe(3);
});

test('an unknown price or usage is unknown, not nothing', () => {
  for (const model of ['some-model', 'gpt-4o-mini-tuned', 'my-gpt-4o-mini', 'toString']) {
    expect(costUSD(priceOf(model), { inputTokens: 1, outputTokens: 1 })).toBeUndefined();
  }
  expect(costUSD(priceOf('gpt-4o-mini'), undefined)).toBeUndefined();
});
