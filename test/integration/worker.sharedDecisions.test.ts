/** What pods of a pool share through a real Redis: decisions, calls under way, and what was spent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from 'redis';
import { Budget } from '../../worker/src/budget/budget.ts';
import { DecisionMemory } from '../../worker/src/cache/decisionMemory.ts';
import { SharedCalls } from '../../worker/src/cache/sharedCalls.ts';
import { SharedRedis } from '../../worker/src/cache/sharedRedis.ts';
import { createMetrics } from '../../worker/src/telemetry/metrics.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type RedisServer, startRedisServer } from './redisServer.ts';

let server: RedisServer;
let look: ReturnType<typeof createClient>;
const open: SharedRedis[] = [];
let number = 0;
let question: string;

/** The connection of one more pod. */
async function connect(): Promise<SharedRedis> {
  let connected = false;
  const redis = new SharedRedis({
    url: server.url,
    password: () => undefined,
    onConnection: (now) => {
      connected = now;
    },
  });
  redis.open();
  open.push(redis);
  await waitFor('Redis', () => connected, { everyMs: 10 });
  return redis;
}

beforeAll(async () => {
  server = await startRedisServer();
  look = createClient({ url: server.url });
  look.on('error', () => undefined);
  await waitFor('Redis', () =>
    look.connect().then(
      () => true,
      () => false,
    ),
  );
}, 20_000);
beforeEach(() => {
  question = `question-${number++}`;
});
afterAll(async () => {
  for (const redis of open) redis.close();
  look?.destroy();
  await server?.stop();
});

const ALLOWED = { decision: 'ALLOWED', probability: 0.98 } as const;
const HOUR = 3_600_000;

describe('decisions', () => {
  const memory = (redis: SharedRedis, entries = 100) =>
    new DecisionMemory({ entries, ttlMs: HOUR, reuse: true, redis, metrics: createMetrics() });

  test('of one pod are found by another, which then has them itself', async () => {
    const [one, two] = [memory(await connect()), memory(await connect())];
    await one.keep('t-1', question, ALLOWED, Date.now() + 24 * HOUR);
    expect(await two.find('t-2', question)).toMatchObject({ layer: 'redis', known: ALLOWED });
    expect(await two.find('t-3', question)).toMatchObject({ layer: 'memory', known: ALLOWED });
  });

  test('end at the boundary of a rule, with jitter before it', async () => {
    const one = memory(await connect());
    await one.keep('t-1', question, ALLOWED, Date.now() + 5_000);
    expect(await look.pTTL(`farerules:decision:${question}`)).toBeLessThanOrEqual(5_000);
    await one.keep('t-1', `${question}b`, ALLOWED, Date.now() + 24 * HOUR);
    const left = await look.pTTL(`farerules:decision:${question}b`);
    expect(left).toBeGreaterThan(0.89 * HOUR);
    expect(left).toBeLessThanOrEqual(HOUR);
  });

  test('of a task outlive the pod that made them', async () => {
    await memory(await connect()).keep('t-crashed', question, ALLOWED, Date.now() + 1);
    await sleep(20);
    const next = memory(await connect());
    expect(await next.find('t-crashed', question)).toMatchObject({ layer: 'record', known: ALLOWED });
    expect(await next.find('t-other', question)).toBeUndefined();
  });

  test('that something else wrote there are none', async () => {
    await look.set(`farerules:decision:${question}`, '{"decision":"APPROVED","until":9e15}');
    expect(await memory(await connect()).find('t-1', question)).toBeUndefined();
  });
});

describe('a call under way', () => {
  const until = () => ({ deadline: performance.now() + 20_000, cancelled: undefined });
  async function pod(callMs = 5_000) {
    const redis = await connect();
    const metrics = createMetrics();
    const memory = new DecisionMemory({ entries: 0, ttlMs: HOUR, reuse: true, redis, metrics });
    const calls = new SharedCalls({ redis, callMs, metrics });
    const ask = (ms: number, fails: boolean) => async () => {
      await sleep(ms);
      return { answer: fails ? undefined : ALLOWED, result: fails ? 'failed' : 'asked' };
    };
    return {
      run: (ms: number, { fails = false } = {}) =>
        calls.run(question, until(), ask(ms, fails), (known) =>
          memory.keep('t', question, known, Date.now() + HOUR),
        ),
    };
  }

  test('in one pod is waited for by the others, and made once', async () => {
    const pods = await Promise.all([pod(), pod(), pod(), pod()]);
    const results = await Promise.all(pods.map(({ run }) => run(300)));
    expect(results.filter((result) => 'result' in result)).toHaveLength(1);
    expect(results.filter((result) => 'shared' in result && result.scope === 'pods')).toHaveLength(3);
  });

  test('that fails is made by the next at once', async () => {
    const [one, two] = [await pod(), await pod()];
    const failing = one.run(200, { fails: true });
    await sleep(50);
    const start = performance.now();
    expect(await two.run(10)).toEqual({ result: 'asked' });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await failing).toEqual({ result: 'failed' });
  });

  test('in a pod that died is made by another when its lease ends', async () => {
    const [dead, other] = [await pod(500), await pod(5_000)];
    void dead.run(60_000);
    await sleep(50);
    const start = performance.now();
    expect(await other.run(10)).toEqual({ result: 'asked' });
    expect(performance.now() - start).toBeGreaterThan(500);
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  test('leaves no lease behind', async () => {
    await (await pod()).run(10);
    await waitFor(
      'the lease to be gone',
      async () => (await look.exists(`farerules:lease:${question}`)) === 0,
    );
  });
});

describe('the budget', () => {
  const COST = 0.0000234;
  const NOON = Date.now();
  const budget = async (perDayUSD: number, redis?: SharedRedis) =>
    new Budget({
      pool: question,
      perHourUSD: undefined,
      perDayUSD,
      timeZone: 'Pacific/Kiritimati',
      redis: redis ?? (await connect()),
      spentUntilByOperator: () => undefined,
      onSpending: () => undefined,
    });
  const sum = async () => {
    const [name] = await look.keys(`farerules:budget:${question}:day:*`);
    return { name: name ?? '', pico: BigInt((await look.get(name ?? '')) ?? 0) };
  };

  test('is counted exactly by pods that know nothing of each other, and outlives them', async () => {
    const pods = await Promise.all(Array.from({ length: 5 }, () => budget(100 * COST)));
    for (let call = 0; call < 99; call += 1) pods[call % 5]?.book(COST, NOON);
    await Promise.all(pods.map((pod) => pod.close()));
    await waitFor('the sum', async () => (await sum()).pico === 99n * 23_400_000n);
    const restarted = await budget(100 * COST);
    expect(await restarted.spent(NOON)).toBeUndefined();
    restarted.book(COST, NOON);
    expect(await restarted.spent(NOON)).toMatchObject({ period: 'day' });
    expect(await (await budget(100 * COST)).spent(NOON)).toMatchObject({ period: 'day' });
    const { name } = await sum();
    expect(await look.ttl(name)).toBeGreaterThan(24 * 3_600);
    expect(await look.ttl(name)).toBeLessThanOrEqual(50 * 3_600);
  });

  test('is told to the other pods within about a second', async () => {
    const [one, two] = [await budget(COST), await budget(COST)];
    expect(await two.spent(NOON)).toBeUndefined();
    one.book(COST, NOON);
    await waitFor('the other to know', async () => (await two.spent(NOON)) !== undefined, {
      timeoutMs: 2_000,
    });
  });

  test('without Redis is the last known sum and what was spent since, and Redis learns it again', async () => {
    const [one, two] = [await budget(100 * COST), await budget(100 * COST)];
    for (let call = 0; call < 60; call += 1) one.book(COST, NOON);
    await one.close();
    expect(await two.spent(NOON)).toBeUndefined();
    server.signal('SIGKILL');
    await server.exited;
    for (let call = 0; call < 39; call += 1) two.book(COST, NOON);
    expect(await two.spent(NOON)).toBeUndefined();
    two.book(COST, NOON);
    expect(await two.spent(NOON)).toMatchObject({ period: 'day' });
    // It comes back empty, and is told.
    server = await startRedisServer(server.port);
    await waitFor('the sum', async () => {
      await sleep(1_000);
      await two.spent(NOON);
      return (await sum().catch(() => ({ pico: 0n }))).pico >= 100n * 23_400_000n;
    });
    expect(await (await budget(100 * COST)).spent(NOON)).toMatchObject({ period: 'day' });
  }, 30_000);
});
