/** A quota as the real worker keeps it: evenly, together, and without holding tasks that cannot start. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Call } from '../llm/protocol.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { type RedisServer, startRedisServer } from './redisServer.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

/** Calls a second of the whole pool. */
const PER_SECOND = 5;
const QUOTAS = JSON.stringify([{ group: 'default', requestsPerMinute: PER_SECOND * 60 }]);

let directory: string;
let refunds: RefundProcess;
let llm: StandIn;
let redis: RedisServer;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quota-'));
  redis = await startRedisServer();
}, 60_000);
beforeEach(async () => {
  await stop();
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 100, max: 200 } });
}, 60_000);
afterAll(async () => {
  await stop();
  await redis?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

async function stop() {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  await llm?.stop();
  // Jobs of the refunds that were decided last may still be at work on them, which the engine answers with an error.
  await waitFor('the deployment to be removed', async () => {
    await refunds?.remove();
    return true;
  });
}
const start = async (count: number, env: object = {}) => {
  const own = { CAMUNDA_TOPIC: refunds.topic, OPENAI_BASE_URL: llm.baseURL, LLM_QUOTAS: QUOTAS };
  workers = await Promise.all(
    Array.from({ length: count }, () => startWorker({ ...own, WORKER_CONCURRENCY: '20', ...env })),
  );
};
const calls = (count: number) =>
  waitFor(`${count} calls`, () => (llm.calls().length >= count ? llm.calls() : undefined), {
    timeoutMs: 40_000,
  });
/** Most calls that came within any span of this long. */
function densest(all: Call[], ms: number): number {
  const times = all.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));
}
const flood = (count: number) => Promise.all(Array.from({ length: count }, () => refunds.start()));

test.each<[string, number, () => object]>([
  ['one worker keeps', 1, () => ({})],
  [
    'two workers with a Redis keep together',
    2,
    () => ({ CACHE_REDIS_URL: redis.url, CACHE_DECISIONS: 'false' }),
  ],
  [
    'two workers that are told to share keep, without a Redis,',
    2,
    () => {
      const file = join(directory, 'directives');
      writeFileSync(file, '{"podsSharingQuota": 2}');
      return { DIRECTIVES_FILE: file };
    },
  ],
])(
  '%s a quota, and use it',
  async (_what, count, env) => {
    await start(count, env());
    const ids = await flood(60);
    await calls(40);
    const held = await Promise.all(workers.map((worker) => worker.metric('llm_worker_tasks_in_flight')));
    const all = await calls(60);
    // A second's worth at once after the rest before, for each that counts by itself.
    expect(densest(all, 4_000)).toBeLessThanOrEqual(PER_SECOND * (4 + 1) + 2);
    const times = all.map(({ at }) => Date.parse(at));
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    expect(60 / seconds).toBeGreaterThan(PER_SECOND * 0.9);
    // What cannot start soon is left to the engine.
    expect(held.reduce((sum, tasks) => sum + tasks, 0)).toBeLessThanOrEqual(PER_SECOND * 4);
    for (const id of ids) expect(await refunds.engine.variables(id)).not.toHaveProperty('llmError');
  },
  60_000,
);

test('a worker follows a share that changes', async () => {
  const file = join(directory, 'changing');
  writeFileSync(file, '{"podsSharingQuota": 5}');
  await start(1, { DIRECTIVES_FILE: file });
  await flood(40);
  await calls(8);
  expect(densest(await calls(8), 3_000)).toBeLessThanOrEqual(3 + 1 + 1);
  writeFileSync(file, '{"podsSharingQuota": 1}');
  const all = await calls(36);
  expect(densest(all, 3_000)).toBeGreaterThan(PER_SECOND * 3 * 0.8);
}, 60_000);

test('lower limits of the API are kept without being told', async () => {
  llm.settings({ rpm: 120 });
  await start(1);
  await flood(40);
  const all = await calls(36);
  const times = all.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  // The first answer tells; calls that had their turn already keep it, then it is two a second.
  const later = times.slice(24);
  const perSecond = (later.length - 1) / (((later.at(-1) ?? 0) - (later[0] ?? 0)) / 1_000);
  expect(perSecond).toBeLessThan(2.2);
  expect(all.filter(({ status }) => status === 429)).toEqual([]);
}, 60_000);
