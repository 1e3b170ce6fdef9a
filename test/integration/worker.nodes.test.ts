/** The worker serves every engine node behind a name, and loses nothing when one comes, goes or dies. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { NO_AUTH } from '../../worker/src/engine/auth.ts';
import { NodeSet } from '../../worker/src/engine/nodeSet.ts';
import { complete, type Settler } from '../../worker/src/engine/settle.ts';
import { Permits } from '../../worker/src/permits.ts';
import { createLog } from '../../worker/src/telemetry/log.ts';
import { createMetrics } from '../../worker/src/telemetry/metrics.ts';
import { Worker } from '../../worker/src/worker.ts';
import type { EngineClient } from '../engine/client.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { startFaultyProxy } from './faultyProxy.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { startWorker } from './workerHarness.ts';

const SETTLEMENTS = 'llm_worker_task_settlements_total';
/** Far below the long poll of these tests: the poll on the node that made the task woke. */
const AT_ONCE_MS = 2_000;

let refunds: RefundProcess;
let llm: StandIn;
let first: EngineClient;
let second: EngineClient;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  const [one, two] = refunds.nodes;
  if (!one || !two) throw new Error('the environment has one engine node only');
  [first, second] = [one, two];
}, 60_000);
beforeEach(() => llm.settings({ latencyMs: { min: 0, max: 5 } }));

afterAll(async () => {
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

const ticket = (bookingId: string) => ({
  bookingId,
  ticketClass: 'Business',
  daysUntilFlight: 30,
  purchaseDate: '2025-03-01',
  ticketPriceMinor: { value: 20_000, type: 'Long' },
  currency: 'EUR',
});
const startOn = (node: EngineClient, bookingId = uniqueBooking()) => node.startRefund(ticket(bookingId));
const successes = async (id: string) => (await refunds.engine.completions(id)).length;

/** A worker in this process whose nodes have the name `engine.test`; the test says what that stands for. */
async function workerBehindName(addresses: string[]) {
  const [url] = environment().engines;
  const named = new URL(url ?? '');
  named.hostname = 'engine.test';
  const nodes = new NodeSet({
    urls: [named.href],
    mode: 'Auto',
    auth: NO_AUTH,
    lookup: async () => {
      if (addresses.length === 0) throw new Error('ENOTFOUND');
      return [...addresses];
    },
    refreshMs: 200,
  });
  const workerId = `test-worker-${Math.random()}`;
  const settler: Settler = {
    workerId,
    nodes,
    giveUp: new AbortController().signal,
    onError: () => {},
  };
  const worker = new Worker({
    nodes,
    settler,
    subscription: { workerId, topic: refunds.topic, lockDurationMs: 30_000, variables: [] },
    permits: new Permits(10),
    longPollMs: 8_000,
    handle: (task) => complete(settler, task, { fareRuleCheck: { value: 'ALLOWED', type: 'String' } }),
    onRefused: () => Promise.resolve(),
    metrics: createMetrics(),
    log: createLog({ level: 'error', fields: {}, secrets: () => [] }),
  });
  const ended = worker.run();
  return {
    worker,
    polled: () => nodes.all.map(({ target }) => target.address),
    async stop() {
      worker.stop();
      await ended;
      nodes.close();
    },
  };
}

test('a worker serves every address behind a name, and follows them', async () => {
  const [one = '', two = ''] = environment().engines.map((url) => new URL(url).hostname);
  const addresses: string[] = [];
  const { worker, polled, stop } = await workerBehindName(addresses);
  try {
    await sleep(500);
    expect(worker.notReady()).toBe('engine: no address found');

    addresses.push(one, two);
    await waitFor('the worker to be ready', () => worker.notReady() === undefined);
    expect(polled()).toEqual([one, two]);
    await sleep(1_000);
    for (const node of [first, second]) await node.waitUntilEnded(await startOn(node), AT_ONCE_MS);

    // A name that stands for one address may be a balancer: what the other node makes is seen within a second.
    addresses.splice(0, 2, one);
    await sleep(9_000);
    expect(polled()).toEqual([one]);
    for (const node of [first, second]) await node.waitUntilEnded(await startOn(node), AT_ONCE_MS);

    addresses.splice(0, 1, two, one);
    await sleep(2_000);
    expect(polled()).toEqual([one, two]);
    for (const node of [first, second]) await node.waitUntilEnded(await startOn(node), AT_ONCE_MS);

    addresses.splice(0, 2);
    await sleep(500);
    for (const node of [first, second]) await node.waitUntilEnded(await startOn(node), AT_ONCE_MS);
    expect(worker.notReady()).toBeUndefined();
  } finally {
    await stop();
  }
  expect(await first.externalTaskCount({ topicName: refunds.topic, locked: true })).toBe(0);
}, 90_000);

test('a node that dies while tasks are decided costs nothing: the others take their completions', async () => {
  const [one, two] = await Promise.all(environment().engines.slice(0, 2).map(startFaultyProxy));
  if (!one || !two) throw new Error('the environment has one engine node only');
  llm.settings({ latencyMs: { min: 1_500, max: 1_500 } });
  const worker = await startWorker({
    CAMUNDA_URL: `${one.baseURL},${two.baseURL}`,
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
  });
  try {
    const calls = llm.calls().length;
    const bookings = Array.from({ length: 6 }, () => uniqueBooking());
    const ids = await Promise.all(bookings.map((booking) => startOn(first, booking)));
    await waitFor('all in flight', async () => (await worker.metric('llm_worker_tasks_in_flight')) === 6);
    await one.stop();
    for (const id of ids) expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await Promise.all(ids.map(successes))).toEqual(ids.map(() => 1));
    for (const booking of bookings) expect(await payments(booking)).toHaveLength(1);
    expect(llm.calls()).toHaveLength(calls + 6);
    expect((await worker.get('/readyz')).status).toBe(200);
  } finally {
    await worker.stop();
    await two.stop();
  }
}, 60_000);

test('a completion whose answer one node loses is repeated on the other, and counts once', async () => {
  const [one, two] = await Promise.all(environment().engines.slice(0, 2).map(startFaultyProxy));
  if (!one || !two) throw new Error('the environment has one engine node only');
  one.fail('/complete', 'loseAnswer', Number.POSITIVE_INFINITY);
  const worker = await startWorker({
    CAMUNDA_URL: `${one.baseURL},${two.baseURL}`,
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
  });
  try {
    const ids: string[] = [];
    while (one.failed() < 2) {
      const id = await startOn(first);
      ids.push(id);
      await refunds.engine.waitUntilEnded(id);
    }
    await waitFor('all settled', async () => (await worker.metric(SETTLEMENTS)) === ids.length);
    expect(await worker.metric(SETTLEMENTS, '"completed"')).toBe(ids.length);
    expect(await Promise.all(ids.map(successes))).toEqual(ids.map(() => 1));
  } finally {
    await worker.stop();
    await Promise.all([one.stop(), two.stop()]);
  }
}, 60_000);

test('tasks whose poll lost its answer do not wait for their lock to end', async () => {
  const proxy = await startFaultyProxy(environment().engines[0] ?? '');
  const worker = await startWorker({
    CAMUNDA_URL: proxy.baseURL,
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LOCK_DURATION_MS: '120000',
  });
  try {
    proxy.fail('/fetchAndLock', 'loseAnswer', 1);
    const ids = await Promise.all([startOn(first), startOn(first), startOn(first)]);
    for (const id of ids) await refunds.engine.waitUntilEnded(id, 30_000);
    expect(await Promise.all(ids.map(successes))).toEqual(ids.map(() => 1));
  } finally {
    await worker.stop();
    await proxy.stop();
  }
}, 60_000);

test('a worker that has the name of one that crashed gives back what that one held', async () => {
  const POD_NAME = `test-crashed-${uniqueBooking()}`;
  const env = {
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    POD_NAME,
    LOCK_DURATION_MS: '120000',
  };
  const crashing = await startWorker(env);
  llm.script([{ kind: 'hang' }]);
  const id = await startOn(first);
  await waitFor('its call', () => llm.stats().inProgress > 0);
  crashing.signal('SIGKILL');
  await crashing.exited;
  llm.script([]);
  const restarted = await startWorker(env);
  try {
    await refunds.engine.waitUntilEnded(id, 20_000);
    expect(await successes(id)).toBe(1);
  } finally {
    await restarted.stop();
  }
}, 60_000);
