import { expect, test } from '@jest/globals';
import { GroupQuota } from './groupQuota.ts';

/** A Redis that has so much waiting in its buckets, until it is lost. */
function redis(aheadMs: { requests: number; tokens: number }) {
  let there = true;
  const run = async () => {
    if (!there) throw new Error('lost');
    return [1, '0.000', String(aheadMs.requests), String(aheadMs.tokens)];
  };
  return {
    shared: { run, key: 'k' },
    lose: () => {
      there = false;
    },
  };
}

test.each([
  ['requests', { requests: 31_000, tokens: 0 }],
  ['tokens', { requests: 0, tokens: 31_000 }],
])('%s that wait in Redis wait as long when it is lost', async (_what, ahead) => {
  const { shared, lose } = redis(ahead);
  const limits = { requestsPerMinute: 600, tokensPerMinute: 60_000 };
  const quota = new GroupQuota({ limits, sharers: () => 3, shared });
  await quota.acquire(1, 0);
  expect(quota.queueMs()).toBeGreaterThan(29_000);
  lose();
  expect(await quota.acquire(1, 10_000)).toBeUndefined();
  expect(quota.queueMs()).toBeGreaterThan(29_000);
  expect(quota.queueMs()).toBeLessThanOrEqual(30_000);
  expect(quota.startable(1)).toBe(0);
});
