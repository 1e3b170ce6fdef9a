/** No refund is lost, decided twice or held up, whatever happens to a worker or to the way to the engine. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { startFaultyProxy } from './faultyProxy.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { startWorker } from './workerHarness.ts';

const IN_FLIGHT = 'llm_worker_tasks_in_flight';

let refunds: RefundProcess;
let llm: StandIn;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
}, 60_000);

afterAll(async () => {
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

const start = (env: Parameters<typeof startWorker>[0] = {}) =>
  startWorker({ CAMUNDA_TOPIC: refunds.topic, OPENAI_BASE_URL: llm.baseURL, ...env });
const count = (query: Record<string, boolean | string>) =>
  refunds.engine.externalTaskCount({ topicName: refunds.topic, ...query });
const successes = (id: string) => refunds.engine.completions(id);
/** Business class a month ahead: allowed. */
const allowed = (bookingId = uniqueBooking()) =>
  refunds.start({ bookingId, ticketClass: 'Business', daysUntilFlight: 30 });

test('a refund whose worker is killed is decided once, by another, when the lock has ended', async () => {
  const bookingId = uniqueBooking();
  const first = await start({ LOCK_DURATION_MS: '5000', LLM_TIMEOUT_MS: '4000' });
  llm.script([{ kind: 'hang' }]);
  const id = await allowed(bookingId);
  await waitFor(
    'the task to be locked',
    async () => (await count({ workerId: first.id, locked: true })) === 1,
  );
  first.signal('SIGKILL');
  await first.exited;
  llm.script([]); // it may have been killed before its call took the fault
  const second = await start({ LOCK_DURATION_MS: '5000', LLM_TIMEOUT_MS: '4000' });
  try {
    expect(await count({ workerId: first.id, locked: true })).toBe(1);
    expect(await refunds.engine.waitUntilEnded(id, 20_000)).toBe('EndEvent_FullRefund');
    expect(await successes(id)).toEqual([expect.objectContaining({ workerId: second.id })]);
    expect(await payments(bookingId)).toHaveLength(1);
  } finally {
    llm.script([]);
    await second.stop();
  }
}, 60_000);

test('a worker that is told to stop finishes what it holds, takes nothing more, and leaves no lock', async () => {
  llm.settings({ latencyMs: { min: 3_000, max: 3_000 } });
  const env = { LOCK_DURATION_MS: '60000', LLM_TIMEOUT_MS: '8000', WORKER_CONCURRENCY: '3' };
  const worker = await start(env);
  const ids = await Promise.all(Array.from({ length: 6 }, () => allowed()));
  // The worker's own number: what the engine has locked may still be on its way to it.
  await waitFor('three tasks in flight', async () => (await worker.metric(IN_FLIGHT)) === 3, {
    everyMs: 20,
  });
  worker.signal('SIGTERM');
  expect(await worker.exited).toBe(0);
  llm.settings({ latencyMs: { min: 0, max: 5 } });
  expect(await count({ locked: true })).toBe(0);
  const ended = (await Promise.all(ids.map(successes))).filter((entries) => entries.length === 1);
  expect(ended).toHaveLength(3);
  expect(await count({ notLocked: true, withRetriesLeft: true })).toBe(3);

  const next = await start(env);
  try {
    await Promise.all(ids.map((id) => refunds.engine.waitUntilEnded(id, 10_000)));
  } finally {
    await next.stop();
  }
}, 60_000);

test('what an open poll brings after the stop is given back at once', async () => {
  const worker = await start({ LOCK_DURATION_MS: '60000', LONG_POLL_MS: '4000' });
  worker.signal('SIGTERM');
  await waitFor('the worker to be stopping', () => worker.lines('stopping').length > 0, { everyMs: 10 });
  const id = await allowed();
  expect(await worker.exited).toBe(0);
  expect(await count({ locked: true })).toBe(0);
  expect(await successes(id)).toEqual([]);
  expect(worker.lines('llm_call').filter((line) => line.process_instance === id)).toEqual([]);

  const next = await start();
  try {
    await refunds.engine.waitUntilEnded(id, 10_000);
  } finally {
    await next.stop();
  }
}, 60_000);

test('a completion whose answer is lost is repeated, and counts once', async () => {
  const proxy = await startFaultyProxy(environment().engines[0] ?? '');
  const worker = await start({ CAMUNDA_URL: proxy.baseURL });
  try {
    proxy.fail('/complete', 'loseAnswer', 1);
    const bookingId = uniqueBooking();
    const id = await allowed(bookingId);
    await refunds.engine.waitUntilEnded(id);
    await waitFor('the settlement', async () =>
      worker.metric('llm_worker_task_settlements_total', '"completed"'),
    );
    expect(proxy.failed()).toBe(1);
    expect(await worker.metric('llm_worker_task_settlements_total')).toBe(1);
    expect(await successes(id)).toHaveLength(1);
    expect(await payments(bookingId)).toHaveLength(1);
  } finally {
    await worker.stop();
    await proxy.stop();
  }
}, 60_000);

test('a decision waits for an engine that is away, and is not made again', async () => {
  const proxy = await startFaultyProxy(environment().engines[0] ?? '');
  const worker = await start({ CAMUNDA_URL: proxy.baseURL });
  const calls = llm.calls().length;
  try {
    proxy.fail('/complete', 'unavailable', 4);
    const id = await allowed();
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(proxy.failed()).toBe(4);
    expect(llm.calls()).toHaveLength(calls + 1);
  } finally {
    await worker.stop();
    await proxy.stop();
  }
}, 60_000);

test('a worker is not ready while no engine answers, and works when one does', async () => {
  const proxy = await startFaultyProxy(environment().engines[0] ?? '');
  proxy.fail('/fetchAndLock', 'unavailable', Number.POSITIVE_INFINITY);
  const worker = await startWorker(
    { CAMUNDA_URL: proxy.baseURL, CAMUNDA_TOPIC: refunds.topic, OPENAI_BASE_URL: llm.baseURL },
    { ready: false },
  );
  try {
    await waitFor('a failed fetch', () => proxy.failed() > 1);
    expect(await worker.get('/readyz')).toEqual({ status: 503, text: 'engine: UNAVAILABLE\n' });
    expect((await worker.get('/healthz')).status).toBe(200);
    const id = await allowed();
    proxy.fail('/fetchAndLock', 'unavailable', 0);
    await refunds.engine.waitUntilEnded(id, 30_000);
    expect((await worker.get('/readyz')).status).toBe(200);
  } finally {
    await worker.stop();
    await proxy.stop();
  }
}, 60_000);

test('a worker never holds more tasks than it may work on', async () => {
  llm.settings({ latencyMs: { min: 300, max: 300 } });
  const worker = await start({ WORKER_CONCURRENCY: '2' });
  try {
    let most = 0;
    const ids = await Promise.all(Array.from({ length: 8 }, () => allowed()));
    await waitFor(
      'all to be decided',
      async () => {
        most = Math.max(most, await count({ workerId: worker.id, locked: true }));
        return (await count({})) === 0;
      },
      { everyMs: 10 },
    );
    expect(most).toBe(2);
    expect(llm.stats().calls).toBeGreaterThanOrEqual(ids.length);
  } finally {
    llm.settings({ latencyMs: { min: 0, max: 5 } });
    await worker.stop();
  }
}, 60_000);
