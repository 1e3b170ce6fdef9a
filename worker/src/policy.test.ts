import { expect, test } from '@jest/globals';
import { toBeReviewed, unsure } from './policy.ts';

const manual = { minProbability: 0.9, whenProbabilityUnknown: 'Manual' } as const;
const accept = { minProbability: 0.9, whenProbabilityUnknown: 'Accept' } as const;

test.each([
  ['at the threshold', manual, { decision: 'ALLOWED', probability: 0.9 }, undefined],
  ['below it', manual, { decision: 'WITH_PENALTY', probability: 0.899 }, 'LOW_PROBABILITY'],
  [
    'below it, where an unknown one would be accepted',
    accept,
    { decision: 'ALLOWED', probability: 0 },
    'LOW_PROBABILITY',
  ],
  ['not reported', manual, { decision: 'ALLOWED' }, 'PROBABILITY_UNKNOWN'],
  ['not reported, and not needed', accept, { decision: 'ALLOWED' }, undefined],
  ['below it, of MANUAL', manual, { decision: 'MANUAL', probability: 0.1 }, undefined],
  ['that nobody asked for', { whenProbabilityUnknown: 'Manual' }, { decision: 'ALLOWED' }, undefined],
] as const)('a probability %s', (_what, policy, answer, code) => {
  expect(unsure(policy, answer)?.code).toBe(code);
});

const tasks = Array.from({ length: 5_000 }, (_, index) => `task-${index}`);
const share = (reviewPercent: number, decision: 'ALLOWED' | 'WITH_PENALTY' = 'ALLOWED') =>
  tasks.filter((task) => toBeReviewed({ shadow: false, reviewPercent }, decision, task)).length /
  tasks.length;

test('the stated share of ALLOWED is reviewed, and the same tasks each time', () => {
  expect(share(0)).toBe(0);
  expect(share(100)).toBe(1);
  expect(share(20)).toBeGreaterThan(0.18);
  expect(share(20)).toBeLessThan(0.22);
  expect(share(20)).toBe(share(20));
  expect(share(100, 'WITH_PENALTY')).toBe(0);
});

test('in shadow mode every decision is reviewed, and says what it would have been', () => {
  const shadow = { shadow: true, reviewPercent: 0 };
  expect(toBeReviewed(shadow, 'WITH_PENALTY', 't')).toMatchObject({ code: 'SHADOW', label: 'WITH_PENALTY' });
});
