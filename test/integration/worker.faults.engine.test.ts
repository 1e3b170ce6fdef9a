/** Engine nodes that die while a worker talks to them, and nodes whose clocks differ. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { installPackage } from '../cluster/packages.ts';
import { type EngineNode, type EngineOptions, startEngine } from '../engine/camunda.ts';
import { EngineClient } from '../engine/client.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { accountsOf, type MarkedRefund, ONCE, startMarked } from './accounting.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
/** Nodes of this suite's own beside the environment's, which others use too. */
let nodes: EngineNode[] = [];
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  llm = await startStandIn();
});

// A topic of each test's own: a poll of a worker that was killed stays open and still locks tasks.
beforeEach(async () => {
  refunds = await deployRefundProcess();
}, 60_000);

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  for (const node of nodes) {
    node.signal('SIGCONT');
    await node.stop();
  }
  nodes = [];
  await refunds?.remove();
}, 60_000);

afterAll(() => llm?.stop());

/** One more node of the environment's cluster. It runs no jobs: those that it held would wait for minutes. */
async function startNode(change: Partial<EngineOptions> = {}): Promise<EngineNode> {
  const port = change.port ?? (await freePort());
  const node = await startEngine({
    address: '127.0.0.1',
    port,
    postgresURL: environment().postgres,
    logFile: join(environment().logs, `engine-of-faults-${port}.log`),
    env: { CAMUNDA_BPM_JOBEXECUTION_ENABLED: 'false' },
    ...change,
  });
  nodes.push(node);
  return node;
}

const healthy = () => environment().engines[0] ?? '';
async function start(urls: string[], env: Parameters<typeof startWorker>[0] = {}): Promise<WorkerProcess> {
  const worker = await startWorker({
    CAMUNDA_URL: urls.join(','),
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    ...env,
  });
  workers.push(worker);
  return worker;
}
const inFlight = (worker: WorkerProcess) => worker.metric('llm_worker_tasks_in_flight');
/** Refunds that start on a node wake the polls on that node alone. */
const on = (node: EngineNode) => ({
  node: new EngineClient(node.baseURL, { processKey: refunds.engine.processKey }),
});

test('a node that dies while it completes a task costs no second decision', async () => {
  const node = await startNode();
  const worker = await start([node.baseURL]);
  llm.settings({ latencyMs: { min: 1_000, max: 1_000 } });
  const refund = await startMarked(refunds, on(node));
  await waitFor('its call', () => llm.stats().inProgress === 1, { everyMs: 10 });
  // From here on the node answers nothing; the completion is sent to it and hangs.
  node.signal('SIGSTOP');
  await waitFor('the answer of the model', () => llm.stats().inProgress === 0, { everyMs: 10 });
  await sleep(500);
  expect(await inFlight(worker)).toBe(1);
  node.signal('SIGKILL');
  await node.exited;
  // The same address again, as a Service has it after a restart.
  await startNode({ port: Number(new URL(node.baseURL).port) });
  expect(await accountsOf(refunds, [refund], llm.calls, 60_000)).toEqual([ONCE]);
  expect(await worker.metric('llm_worker_task_settlements_total', '"completed"')).toBe(1);
}, 180_000);

test('a node that dies under load loses no task and decides none twice; the other node goes on', async () => {
  const node = await startNode();
  await start([node.baseURL, healthy()], { WORKER_CONCURRENCY: '8' });
  llm.settings({ latencyMs: { min: 100, max: 500 } });
  const here = on(node);
  const started: MarkedRefund[] = [];
  for (let number = 0; number < 40; number += 1) {
    // Half on the node that dies, while it lives; it is killed with polls and completions under way.
    if (number === 20) node.signal('SIGKILL');
    const alive = number < 20 && number % 2 === 0;
    started.push(await startMarked(refunds, alive ? here : {}));
    await sleep(30);
  }
  expect(await accountsOf(refunds, started, llm.calls, 60_000)).toEqual(started.map(() => ONCE));
}, 180_000);

test('a poll on a node that dies delays no task that another node makes', async () => {
  const node = await startNode();
  llm.settings({ latencyMs: { min: 0, max: 5 } });
  // A lock and a poll that this test could not wait for.
  const worker = await start([node.baseURL, healthy()], {
    LONG_POLL_MS: '60000',
    LOCK_DURATION_MS: '120000',
  });
  await sleep(1_000);
  node.signal('SIGKILL');
  await node.exited;
  const began = performance.now();
  const refund = await startMarked(refunds);
  expect(await accountsOf(refunds, [refund], llm.calls)).toEqual([ONCE]);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect((await worker.get('/readyz')).status).toBe(200);
  worker.signal('SIGKILL'); // its open poll would hold it for a minute
  await worker.exited;
}, 120_000);

test('a node whose clock is ahead hands out what is still locked, and nothing is done twice', async () => {
  await installPackage('faketime', () => existsSync('/usr/bin/faketime'));
  const ahead = await startNode({ clock: '+25s' });
  llm.settings({ latencyMs: { min: 1_500, max: 2_000 } });
  // To the node that is ahead, every lock of 10 s made on the other is over from its start.
  const worker = await start([ahead.baseURL, healthy()], { WORKER_CONCURRENCY: '20' });
  const started: MarkedRefund[] = [];
  for (let number = 0; number < 10; number += 1) {
    started.push(await startMarked(refunds, number % 2 === 0 ? {} : on(ahead)));
  }
  const accounts = await accountsOf(refunds, started, llm.calls, 60_000);
  expect(accounts).toEqual(started.map(() => ONCE));
  await waitFor('nothing in flight', async () => (await inFlight(worker)) === 0);
  expect(await worker.metric('llm_worker_tasks_processed_total')).toBe(started.length);
}, 180_000);
