import { expect, test } from '@jest/globals';
import { costUSD } from '../llm/price.ts';
import { mostUSD } from './mostUSD.ts';

const price = { inputPerMillionUSD: 0.15, outputPerMillionUSD: 0.6 };

test("a call is never taken for cheaper than it was: the document's 148 and 2 tokens", () => {
  const prompt = { system: 's'.repeat(62), user: 'u'.repeat(480) };
  expect(costUSD(price, { inputTokens: 148, outputTokens: 2 })).toBe(0.0000234);
  expect(mostUSD(price, prompt, 10)).toBeGreaterThan(0.0000234);
});

test('letters of several bytes may be as many tokens', () => {
  const of = (user: string) => mostUSD(price, { system: '', user }, 0);
  expect(of('忽'.repeat(100))).toBeGreaterThan(2.5 * of('a'.repeat(100)));
});
