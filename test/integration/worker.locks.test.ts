/** A lock lasts as long as its decision, and a decision no longer than somebody wants it. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { startFaultyProxy } from './faultyProxy.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

const SETTLEMENTS = 'llm_worker_task_settlements_total';
const EXTENSIONS = 'llm_worker_lock_extensions_total';

let refunds: RefundProcess;
let llm: StandIn;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
}, 60_000);
beforeEach(() => llm.script([]));

afterAll(async () => {
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

const start = (env: Parameters<typeof startWorker>[0] = {}) =>
  startWorker({ CAMUNDA_TOPIC: refunds.topic, OPENAI_BASE_URL: llm.baseURL, ...env });
const inCall = (worker: WorkerProcess) =>
  waitFor(
    'its call',
    async () => llm.stats().inProgress > 0 && (await worker.metric('llm_worker_tasks_in_flight')) > 0,
  );

test('a decision that takes longer than the lock keeps it, and no other worker starts on the task', async () => {
  const env = { LOCK_DURATION_MS: '3000', LLM_TIMEOUT_MS: '2500' };
  const worker = await start(env);
  const bookingId = uniqueBooking();
  const calls = llm.calls().length;
  llm.script([{ kind: 'hang' }, { kind: 'slow', ms: 2_000 }]);
  const id = await refunds.start({ bookingId });
  await inCall(worker);
  const other = await start(env);
  try {
    await refunds.engine.waitUntilEnded(id);
    const log = await refunds.engine.completions(id);
    expect(log).toEqual([expect.objectContaining({ workerId: worker.id })]);
    expect(llm.calls()).toHaveLength(calls + 2);
    expect(await worker.metric(EXTENSIONS, '"extended"')).toBeGreaterThanOrEqual(2);
    expect(await payments(bookingId)).toHaveLength(1);
    expect(await refunds.engine.variables(id)).not.toHaveProperty('llmError');
  } finally {
    await worker.stop();
    await other.stop();
  }
}, 60_000);

test('a task that its process cancels ends its call, and the worker goes on with others', async () => {
  const worker = await start({ LOCK_DURATION_MS: '9000', LLM_TIMEOUT_MS: '8500', WORKER_CONCURRENCY: '1' });
  try {
    const calls = llm.calls().length;
    llm.script([{ kind: 'hang' }]);
    const id = await refunds.start();
    await inCall(worker);
    await refunds.engine.http.delete(`/process-instance/${id}`);
    await waitFor('the settlement', async () => (await worker.metric(SETTLEMENTS, '"gone"')) === 1);
    await waitFor('the end of the call', () => llm.calls().length > calls);
    // Ended by us, long before its time-out.
    expect(llm.calls().at(-1)).toMatchObject({ status: 0 });
    expect(llm.calls().at(-1)?.durationMs).toBeLessThan(6_000);
    expect(await worker.metric('llm_worker_openai_api_errors_total', '"CANCELLED"')).toBe(1);
    await refunds.engine.waitUntilEnded(await refunds.start());
  } finally {
    await worker.stop();
  }
}, 60_000);

test('a lock that another worker has by now ends the call, and nothing is sent for the task', async () => {
  // With one permit no poll of this worker is open that could take the task back.
  const worker = await start({ LOCK_DURATION_MS: '6000', LLM_TIMEOUT_MS: '5500', WORKER_CONCURRENCY: '1' });
  try {
    llm.script([{ kind: 'hang' }]);
    const id = await refunds.start();
    await inCall(worker);
    const [task] = (await refunds.engine.http.get(`/external-task?processInstanceId=${id}`)).data;
    await refunds.engine.http.post(`/external-task/${task.id}/unlock`);
    const [taken] = await refunds.engine.fetchAndLock(refunds.topic, 'another-worker', { lockMs: 60_000 });
    expect(taken?.id).toBe(task.id);
    await waitFor('the settlement', async () => (await worker.metric(SETTLEMENTS, '"lock_lost"')) === 1);
    await refunds.engine.completeExternalTask(task.id, 'another-worker', { fareRuleCheck: 'ALLOWED' });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
  } finally {
    await worker.stop();
  }
}, 60_000);

test('a lock that cannot be extended ends the call in time for a person to be told', async () => {
  const proxy = await startFaultyProxy(environment().engines[0] ?? '');
  const worker = await start({
    CAMUNDA_URL: proxy.baseURL,
    LOCK_DURATION_MS: '4000',
    LLM_TIMEOUT_MS: '3900',
    WORKER_CONCURRENCY: '1',
  });
  try {
    proxy.fail('/extendLock', 'unavailable', Number.POSITIVE_INFINITY);
    llm.script([{ kind: 'hang', times: 'always' }]);
    const id = await refunds.start();
    await refunds.engine.userTask(id, 'task_manual_review', 10_000);
    expect(await refunds.engine.variables(id)).toMatchObject({
      fareRuleCheck: 'MANUAL',
      llmError: expect.stringMatching(/^CANCELLED: /),
    });
    expect(await worker.metric(EXTENSIONS, '"failed"')).toBeGreaterThanOrEqual(1);
  } finally {
    llm.script([]);
    await worker.stop();
    await proxy.stop();
  }
}, 60_000);
