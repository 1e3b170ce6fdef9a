import { expect, it } from '@jest/globals';
import { page } from './plot.ts';
import type { Reaction } from './reaction/reactions.ts';

const reaction = (seconds: number, peer: Reaction['peer']): Reaction => ({
  seconds,
  peer,
  from: 0,
  lane: 1,
  committedAt: 0,
  gaveUp: false,
});

it('has a point for every trial and a line for every side that was measured', () => {
  const html = page([reaction(0.5, null), reaction(0.7, null), reaction(20, 'keda-default')]);
  expect(html.match(/<circle/g)).toHaveLength(3);
  expect(html).toContain('FareRuleWorkerPool: median 0.60 s, 0.50–0.70 s, n=2');
  expect(html).toContain('KEDA, defaults: median 20.00 s');
  expect(html).not.toContain('pollingInterval 1');
});

it('puts a longer reaction further to the right, on one scale for all sides', () => {
  const html = page([reaction(1, null), reaction(10, 'keda-default'), reaction(10, 'keda-tuned')]);
  const [ours, tuned, other] = [...html.matchAll(/cx="([\d.]+)"/g)].map(([, cx]) => Number(cx));
  expect(tuned).toBe(other);
  expect(ours).toBeLessThan(tuned ?? 0);
});
