/** Workers that are killed, stopped under load or too many, and a process that changes its mind: nothing twice, nothing lost. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { accountOf, accountsOf, ONCE, startMarked } from './accounting.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn();
}, 60_000);

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  llm.script([]);
});

afterAll(async () => {
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

async function start(env: Parameters<typeof startWorker>[0] = {}): Promise<WorkerProcess> {
  const worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LOCK_DURATION_MS: '6000',
    LLM_TIMEOUT_MS: '4000',
    ...env,
  });
  workers.push(worker);
  return worker;
}
const locked = (query: Record<string, string | boolean> = {}) =>
  refunds.engine.externalTaskCount({ topicName: refunds.topic, locked: true, ...query });
const inFlight = (worker: WorkerProcess) => worker.metric('llm_worker_tasks_in_flight');

test('what a killed worker held is decided once by another, at the price of one more call for each', async () => {
  llm.settings({ latencyMs: { min: 3_000, max: 3_000 } });
  const first = await start({ WORKER_CONCURRENCY: '5' });
  const started = await Promise.all(Array.from({ length: 5 }, () => startMarked(refunds)));
  await waitFor('five calls under way', () => llm.stats().inProgress === 5, { everyMs: 20 });
  first.signal('SIGKILL');
  await first.exited;
  expect(await locked({ workerId: first.id })).toBe(5);
  llm.settings({ latencyMs: { min: 0, max: 5 } });
  const second = await start();
  const accounts = await accountsOf(refunds, started, llm.calls);
  expect(accounts).toEqual(started.map(() => ({ ...ONCE, calls: 2 })));
  for (const { id } of started) {
    const log = await refunds.engine.externalTaskLog(id);
    expect(log.findLast(({ successLog }) => successLog)?.workerId).toBe(second.id);
  }
}, 90_000);

test('a worker that is told to stop under load costs no second call and no wait for a lock', async () => {
  llm.settings({ latencyMs: { min: 200, max: 400 } });
  // A lock that nobody could wait for within this test.
  const env = { WORKER_CONCURRENCY: '8', LOCK_DURATION_MS: '300000' };
  const leaving = await start(env);
  await start(env);
  const starting = (async () => {
    const started = [];
    for (let number = 0; number < 80; number += 1) {
      started.push(await startMarked(refunds));
      await sleep(20);
    }
    return started;
  })();
  await waitFor('a full worker', async () => (await inFlight(leaving)) >= 4, { everyMs: 10 });
  leaving.signal('SIGTERM');
  expect(await leaving.exited).toBe(0);
  expect(await locked({ workerId: leaving.id })).toBe(0);
  const started = await starting;
  expect(await accountsOf(refunds, started, llm.calls)).toEqual(started.map(() => ONCE));
}, 90_000);

test('ten workers that contend for few tasks decide each once', async () => {
  llm.settings({ latencyMs: { min: 100, max: 300 } });
  for (let count = 0; count < 10; count += 1) await start({ WORKER_CONCURRENCY: '4', LONG_POLL_MS: '1000' });
  const started = [];
  for (let number = 0; number < 30; number += 1) {
    started.push(await startMarked(refunds));
    if (number % 3 === 2) await sleep(200);
  }
  expect(await accountsOf(refunds, started, llm.calls)).toEqual(started.map(() => ONCE));
}, 180_000);

test('a task that its process cancels ends its call, and its decision reaches nobody', async () => {
  llm.settings({ latencyMs: { min: 0, max: 5 } });
  const worker = await start();
  const mark = randomUUID();
  llm.script([{ kind: 'slow', ms: 3_800, promptContains: mark }]);
  const cancelled = await startMarked(refunds, { mark });
  await waitFor('its call', () => llm.stats().inProgress === 1, { everyMs: 10 });
  await refunds.engine.http.post(`/process-instance/${cancelled.id}/modification`, {
    instructions: [
      { type: 'cancel', activityId: 'task_check_fare_rules' },
      { type: 'startBeforeActivity', activityId: 'task_manual_review' },
    ],
  });
  await waitFor('the worker to let go', async () => (await inFlight(worker)) === 0);
  // Its lock could not be extended any more, which ended the call before its answer.
  expect(llm.calls().find(({ prompt }) => prompt.includes(mark))?.status).toBe(0);
  expect(await worker.metric('llm_worker_task_settlements_total', '"gone"')).toBe(1);
  expect(await accountOf(refunds, cancelled, llm.calls())).toEqual({ completions: 0, payments: 0, calls: 1 });
  expect(await refunds.engine.variables(cancelled.id)).not.toHaveProperty('fareRuleCheck');
  await refunds.engine.userTask(cancelled.id, 'task_manual_review');
}, 60_000);
