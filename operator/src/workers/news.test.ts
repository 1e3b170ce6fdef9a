import { describe, expect, test } from '@jest/globals';
import type { WorkerStats } from '../pool/observation.ts';
import { isNews } from './news.ts';

const spending = (countedAt: string): WorkerStats['spending'] => ({
  hour: '2026-01-01T10:00:00.000Z',
  hourUSD: 1,
  day: '2026-01-01T00:00:00.000Z',
  dayUSD: 1,
  countedUSD: 1,
  countedAt,
});

describe('a pool is looked at again', () => {
  test.each<[string, WorkerStats, WorkerStats, boolean]>([
    ['nothing to nothing', {}, {}, false],
    ['a first measurement', {}, { llmP95Seconds: 1 }, true],
    ['a measurement that is none any more', { llmP95Seconds: 1 }, {}, true],
    ['a wobble', { llmMeanSeconds: 1 }, { llmMeanSeconds: 1.05 }, false],
    ['a jump', { llmMeanSeconds: 1 }, { llmMeanSeconds: 1.2 }, true],
    ['a fall', { tokensPerCall: 200 }, { tokensPerCall: 100 }, true],
    ['tasks that take longer', { serviceSeconds: 1 }, { serviceSeconds: 2 }, true],
    ['the first 429s', { rate429: 0 }, { rate429: 0.02 }, true],
    ['as many 429s', { rate429: 0.02 }, { rate429: 0.025 }, false],
    ['no 429s as before', { rate429: 0 }, { rate429: 0 }, false],
    ['money spent', { spending: spending('1') }, { spending: spending('2') }, true],
    ['no money spent', { spending: spending('1') }, { spending: spending('1') }, false],
    ['a key that is refused', {}, { keyTroubles: [{ index: 0, state: 'refused' }] }, true],
    [
      'a key that is still refused',
      { keyTroubles: [{ index: 0, state: 'refused' }] },
      { keyTroubles: [{ index: 0, state: 'refused' }] },
      false,
    ],
    ['a pod that became idle', { inFlightByPod: { a: 1 } }, { inFlightByPod: { a: 0 } }, true],
    ['a pod with a little more', { inFlightByPod: { a: 5 } }, { inFlightByPod: { a: 6 } }, false],
    ['pods in another order', { inFlightByPod: { a: 1, b: 4 } }, { inFlightByPod: { b: 4, a: 1 } }, false],
  ])('or not, after %s', (_, before, after, expected) => {
    expect(isNews(before, after)).toBe(expected);
  });
});
