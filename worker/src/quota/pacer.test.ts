import { describe, expect, test } from '@jest/globals';
import { Pacer, type PacerOptions } from './pacer.ts';

const pacer = (change: Partial<PacerOptions> = {}) =>
  new Pacer({
    quotas: [],
    outputLimit: 10,
    sharers: () => 1,
    shared: () => undefined,
    openGroups: () => ['default'],
    ...change,
  });
const quota = (requestsPerMinute: number, group = 'default') => ({ group, requestsPerMinute });
const usage = (inputTokens: number) => ({ inputTokens, outputTokens: 2 });

describe('calls that are worth a task', () => {
  test.each<[string, Partial<PacerOptions>, number]>([
    ['are without number where no quota is stated', {}, Number.POSITIVE_INFINITY],
    ['are those that can start soon', { quotas: [quota(600)] }, 19],
    ['are this pod’s share of them', { quotas: [quota(600)], sharers: () => 3 }, 6],
    [
      'are those of all groups that may be called',
      { quotas: [quota(600, 'a'), quota(300, 'b')], openGroups: () => ['a', 'b'] },
      28,
    ],
    ['are none while all groups are to be left alone', { openGroups: () => [] }, 0],
  ])('%s', (_what, change, expected) => {
    expect(pacer(change).allowance()).toBe(expected);
  });

  test('are fewer behind calls that wait, and it is told when there are more again', async () => {
    const paced = pacer({ quotas: [quota(600)] });
    for (let call = 0; call < 10; call += 1) await paced.acquire('default', 100, 0);
    const waiting = Array.from({ length: 11 }, () => paced.acquire('default', 100, 10_000));
    let told = 0;
    paced.onChange(() => {
      told += 1;
    });
    await new Promise((done) => setTimeout(done, 5));
    expect(paced.allowance()).toBeLessThan(1);
    await new Promise((done) => setTimeout(done, 120));
    expect(told).toBeGreaterThan(0);
    await Promise.all(waiting);
    expect(paced.allowance()).toBeGreaterThan(1);
  }, 10_000);
});

test('a call for which there is no room in time is not made', async () => {
  const paced = pacer({ quotas: [quota(1)] });
  expect(await paced.acquire('default', 100, 0)).toBeDefined();
  expect(await paced.acquire('default', 100, 10_000)).toBeUndefined();
  expect(paced.queueMs('default')).toBeGreaterThan(55_000);
});

test('the API’s own limit counts where it is lower than the stated one, and not where it is higher', async () => {
  const paced = pacer({ quotas: [quota(600)] });
  paced.learn('default', { requestsPerMinute: 60 });
  expect(paced.allowance()).toBe(1);
  paced.learn('default', { requestsPerMinute: 10_000 });
  expect(paced.allowance()).toBe(19);
  paced.learn('default', {});
  expect(paced.allowance()).toBe(19);
});

test('the API’s own limit counts where none was stated', () => {
  const paced = pacer({ quotas: [quota(600_000)] });
  paced.learn('default', { tokensPerMinute: 60_000 });
  // 160 tokens a call as long as none was answered; 1,960 in a second and the burst.
  expect(paced.allowance()).toBe(12);
});

test('a group without a quota has one as soon as the API tells it', async () => {
  const paced = pacer({ sharers: () => 2 });
  paced.learn('default', {});
  expect(paced.allowance()).toBe(Number.POSITIVE_INFINITY);
  paced.learn('default', { requestsPerMinute: 60 });
  expect(paced.allowance()).toBe(1);
  expect(await paced.acquire('default', 100, 0)).toBeDefined();
  expect(await paced.acquire('default', 100, 0)).toBeUndefined();
  paced.learn('other', { requestsPerMinute: 1 });
  expect(paced.queueMs('other')).toBe(0);
});

test('what the first answer used is what the next calls take', async () => {
  const paced = pacer({ quotas: [{ group: 'default', tokensPerMinute: 60_000 }] });
  const permit = await paced.acquire('default', 400, 0);
  if (!permit) throw new Error('there is room for the first');
  paced.answered(permit, 400, usage(98));
  expect(paced.tokensPerCall).toBe(100);
  // 980 tokens a second, and those of the burst; one call is paid for.
  expect(paced.allowance()).toBe(18);
});

test('an answer without usage changes nothing', async () => {
  const paced = pacer({ quotas: [{ group: 'default', tokensPerMinute: 60_000 }] });
  const before = paced.tokensPerCall;
  const permit = await paced.acquire('default', 400, 0);
  if (permit) paced.answered(permit, 400, undefined);
  expect(paced.tokensPerCall).toBe(before);
});
