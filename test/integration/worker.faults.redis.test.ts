/** Redis, which keeps quota and decisions together, dies under workers at work and comes back. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { accountsOf, type MarkedRefund, ONCE, startMarked } from './accounting.ts';
import { type RedisServer, startRedisServer } from './redisServer.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
let redis: RedisServer;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 200, max: 800 } });
  redis = await startRedisServer();
  const env = {
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    CACHE_REDIS_URL: redis.url,
    LLM_QUOTAS: JSON.stringify([{ group: 'default', requestsPerMinute: 6_000 }]),
    WORKER_CONCURRENCY: '6',
  };
  workers = await Promise.all([startWorker(env), startWorker(env)]);
}, 60_000);

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await redis?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 60_000);

test('with Redis killed under load each refund is still asked about, decided and paid once', async () => {
  const started: MarkedRefund[] = [];
  for (let number = 0; number < 60; number += 1) {
    started.push(await startMarked(refunds));
    if (number === 20) {
      redis.signal('SIGKILL');
      await redis.exited;
    }
    if (number === 45) redis = await startRedisServer(redis.port);
    await sleep(20);
  }
  expect(await accountsOf(refunds, started, llm.calls, 40_000)).toEqual(started.map(() => ONCE));
  await waitFor('both workers to have Redis again', () =>
    workers.every((worker) => worker.lines('cache_reached').length === 2),
  );
}, 90_000);
