/** Two workers that share what they decided through a Redis of testcontainers, with a password. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisContainer, type StartedRedisContainer } from '@testcontainers/redis';
import { startMarked } from '../integration/accounting.ts';
import { deployRefundProcess, type RefundProcess } from '../integration/refundProcess.ts';
import { startWorker, type WorkerProcess } from '../integration/workerHarness.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { dockerWith, suiteWith } from './docker.ts';
import { REDIS_IMAGE } from './standIn.ts';

const PASSWORD = 'redis-of-the-tests';
const docker = await dockerWith(REDIS_IMAGE);

suiteWith(docker, `Redis of testcontainers, ${REDIS_IMAGE}`, () => {
  let redis: StartedRedisContainer;
  let refunds: RefundProcess;
  let llm: StandIn;
  let credentials: string;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    credentials = mkdtempSync(join(tmpdir(), 'frwp-credentials-'));
    writeFileSync(join(credentials, 'redis-password'), PASSWORD);
    redis = await new RedisContainer(REDIS_IMAGE)
      .withCommand(['redis-server', '--requirepass', PASSWORD])
      .start();
    refunds = await deployRefundProcess();
    llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  }, 120_000);

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await llm?.stop();
    await refunds?.remove();
    await redis?.stop();
    await docker.engine?.stop();
    rmSync(credentials, { recursive: true, force: true });
  }, 60_000);

  async function startOne(): Promise<WorkerProcess> {
    const worker = await startWorker({
      CAMUNDA_TOPIC: refunds.topic,
      OPENAI_BASE_URL: llm.baseURL,
      CACHE_REDIS_URL: redis.getConnectionUrl(),
      CREDENTIALS_DIR: credentials,
    });
    workers.push(worker);
    await waitFor('the cache', () => worker.lines('cache_reached').length > 0);
    return worker;
  }

  test('keeps what one worker decided for the next one', async () => {
    const first = await startOne();
    const mark = 'the same words';
    const one = await startMarked(refunds, { mark });
    await refunds.engine.waitUntilEnded(one.id);
    await first.stop();
    await startOne();
    const two = await startMarked(refunds, { mark });
    await refunds.engine.waitUntilEnded(two.id);
    expect(llm.calls()).toHaveLength(1);
    expect(first.output()).not.toContain(PASSWORD);
  }, 60_000);
});
