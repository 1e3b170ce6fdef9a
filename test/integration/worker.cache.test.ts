/** Decisions are reused for identical tickets, and nothing depends on that. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
let redis: RunningProcess;
let worker: WorkerProcess;

/** A Redis of this test's own, since it is stopped in the middle. */
async function startRedis(): Promise<RunningProcess & { url: string }> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const logFile = join(environment().logs, `redis-${port}.log`);
  return {
    ...(await startProcess({ name: 'redis', command: 'redis-server', args, logFile })),
    url: `redis://127.0.0.1:${port}`,
  };
}

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  const server = await startRedis();
  redis = server;
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    CACHE_REDIS_URL: server.url,
  });
  await waitFor('the cache', () => worker.lines('cache_reached').length > 0);
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  redis?.signal('SIGCONT');
  await redis?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

const decide = async (refundReason: string) => {
  const id = await refunds.start({ refundReason });
  return refunds.engine.decision(id);
};
const callsWith = (mark: string) => llm.calls().filter(({ prompt }) => prompt.includes(mark));

test('identical tickets of different bookings cost one call', async () => {
  const mark = randomUUID();
  const first = await decide(mark);
  const second = await decide(mark);
  expect(second.fareRuleCheck).toBe(first.fareRuleCheck);
  expect(callsWith(mark)).toHaveLength(1);
  expect(await worker.metric('llm_worker_tasks_processed_total', 'source="cache"')).toBe(1);
});

test('what the model failed to decide is asked again', async () => {
  const mark = randomUUID();
  llm.script([{ kind: 'answer', text: 'perhaps', promptContains: mark }]);
  expect((await decide(mark)).llmError).toMatch(/^INVALID_ANSWER/);
  expect(await decide(mark)).not.toHaveProperty('llmError');
  expect(callsWith(mark)).toHaveLength(2);
});

test.each<[string, NodeJS.Signals]>([
  ['hangs', 'SIGSTOP'],
  ['is gone', 'SIGKILL'],
])('a cache that %s slows nothing down by more than a moment', async (_what, signal) => {
  redis.signal(signal);
  const start = performance.now();
  const variables = await decide(randomUUID());
  expect(variables).not.toHaveProperty('llmError');
  expect(performance.now() - start).toBeLessThan(2_000);
});
