/** The quota of a group on a real Redis: pods that know nothing of each other keep it together. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createClient } from 'redis';
import { SharedRedis } from '../../worker/src/cache/sharedRedis.ts';
import { BURST_MS, type Limits, paceOf } from '../../worker/src/quota/gcra.ts';
import { GroupQuota } from '../../worker/src/quota/groupQuota.ts';
import { type RunScript, settleShared, takeShared } from '../../worker/src/quota/script.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type RedisServer, startRedisServer } from './redisServer.ts';

let server: RedisServer;
let connected = false;
let redis: SharedRedis;
let keys = 0;
let key: string;

const run: RunScript = (script, name, args) =>
  redis.run((client) => client.eval(script, { keys: [name], arguments: args }));

beforeAll(async () => {
  server = await startRedisServer();
  redis = new SharedRedis({
    url: server.url,
    password: () => undefined,
    onConnection: (now) => {
      connected = now;
    },
  });
  redis.open();
  await waitFor('Redis', () => connected);
}, 20_000);
beforeEach(() => {
  key = `quota:{${keys++}}`;
});
afterAll(async () => {
  redis?.close();
  await server?.stop();
});

const pod = (limits: Limits, sharers = 1) =>
  new GroupQuota({ limits, sharers: () => sharers, shared: { run, key } });

/** Calls of that many tokens that all pods together start within that time. */
async function startedWithin(pods: GroupQuota[], tokens: number, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let started = 0;
  const work = async (quota: GroupQuota) => {
    for (;;) {
      const permit = await quota.acquire(tokens, end - performance.now());
      if (!permit) return;
      started += 1;
    }
  };
  await Promise.all(pods.flatMap((quota) => [work(quota), work(quota), work(quota)]));
  return started;
}

test.each<[string, Limits, number, number]>([
  ['requests', { requestsPerMinute: 3_000 }, 150, 50],
  ['tokens', { tokensPerMinute: 180_000 }, 150, 20],
  ['whichever is tighter', { requestsPerMinute: 600, tokensPerMinute: 180_000 }, 150, 10],
])('ten pods keep %s together, and use nearly all', async (_what, limits, tokens, perSecond) => {
  const pods = Array.from({ length: 10 }, () => pod(limits));
  const started = await startedWithin(pods, tokens, 2_000);
  const allowed = (perSecond * (2_000 + BURST_MS)) / 1_000;
  expect(started).toBeGreaterThan(allowed * 0.95);
  expect(started).toBeLessThanOrEqual(allowed + 1);
});

test('a call that may not wait so long takes nothing, of neither', async () => {
  const pace = paceOf({ requestsPerMinute: 60_000, tokensPerMinute: 600 }, 1);
  await takeShared(run, key, pace, 100, 0);
  const refused = await takeShared(run, key, pace, 100, 1_000);
  const again = await takeShared(run, key, pace, 100, 1_000);
  expect([refused.ok, again.ok]).toEqual([false, false]);
  expect(again.ahead.tokensAt).toBeLessThanOrEqual(refused.ahead.tokensAt);
  expect(again.ahead.requestsAt).toBeLessThanOrEqual(pace.requestMs);
});

test('what a call used less than it took is there for the next', async () => {
  const pace = paceOf({ tokensPerMinute: 6_000 }, 1);
  const first = await takeShared(run, key, pace, 1_000, 0);
  await settleShared(run, key, pace, { requests: 0, tokens: -900 });
  const next = await takeShared(run, key, pace, 0, 60_000);
  expect(first.ahead.tokensAt).toBeCloseTo(1_000 * pace.tokenMs, -1);
  expect(next.ahead.tokensAt).toBeLessThanOrEqual(100 * pace.tokenMs);
  expect(next.ahead.tokensAt).toBeGreaterThan(100 * pace.tokenMs - 500);
});

test('a wait that is cancelled gives its place back', async () => {
  const quota = pod({ requestsPerMinute: 30 });
  expect(await quota.acquire(1, 0)).toBeDefined();
  const cancel = new AbortController();
  const waiting = quota.acquire(1, 60_000, cancel.signal);
  await sleep(50);
  const queue = quota.queueMs();
  cancel.abort();
  expect(await waiting).toBeUndefined();
  expect(quota.queueMs()).toBeLessThan(queue - 1_900);
});

test('nothing of it stays in Redis for long once nobody calls', async () => {
  const pace = paceOf({ requestsPerMinute: 60_000 }, 1);
  await takeShared(run, key, pace, 1, 0);
  const client = createClient({ url: server.url });
  await client.connect();
  try {
    const left = await client.pTTL(key);
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(61_000);
    // What is settled after that does not bring back a key that would stay for ever.
    await client.del(key);
    await settleShared(run, key, pace, { requests: 0, tokens: 5 });
    expect(await client.exists(key)).toBe(0);
  } finally {
    client.destroy();
  }
});

test('each pod has its equal share while Redis is lost, and no second burst', async () => {
  const limits = { requestsPerMinute: 1_200 };
  const pods = Array.from({ length: 4 }, () => pod(limits, 4));
  await startedWithin(pods, 1, 500);
  server.signal('SIGKILL');
  await server.exited;
  const started = await startedWithin(pods, 1, 2_000);
  // 20 a second. The burst was used before, and a burst of each pod's own buckets would make 60 of it.
  expect(started).toBeGreaterThan(34);
  expect(started).toBeLessThanOrEqual(40 + 8);
});
