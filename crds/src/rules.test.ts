import { expect, test } from '@jest/globals';
import { LISTED_NAMES } from './listPrices.ts';
import { parsePoolSpec } from './pool.ts';

const price = { inputPerMillionUSD: 1, outputPerMillionUSD: 2 };
const budget = { perDayUSD: 1 };
const problems = (llm: object) => {
  const parsed = parsePoolSpec({
    engine: { urls: ['http://camunda/engine-rest'] },
    llm: { credentials: [{ secretRef: { name: 'openai' } }], ...llm },
  });
  return parsed.ok ? [] : parsed.problems;
};

test.each(['house-model', 'gpt-4o-mini-tuned', 'openai/gpt-4o', 'xgpt-6-luna'])(
  'a budget for %s needs its price',
  (model) => {
    expect(problems({ model, budget })).toEqual([expect.stringContaining('llm.budget needs llm.price')]);
    expect(problems({ model, budget, price })).toEqual([]);
    expect(problems({ model })).toEqual([]);
  },
);

test.each(LISTED_NAMES)('one for %s does not, whoever sells it and whichever snapshot it is', (name) => {
  for (const model of [name, `openai/${name}`, `gateway/openai/${name}-2026-09-01`]) {
    expect(problems({ model, budget })).toEqual([]);
  }
});
