/**
 * The engine's PostgreSQL as two servers under Patroni; the primary dies while workers decide. What the engine has
 * acknowledged is there afterwards, because a commit waits for the standby; what was under way is done again, once.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import type { ProcessInstance } from '../engine/client.ts';
import { PatroniCluster } from '../engine/patroni.ts';
import { query } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { say } from '../support/step.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { startMarked } from './accounting.ts';
import { TestCluster } from './operatorHarness.ts';
import { asEnv, ownDirectory, SOON } from './ownEngines.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from './workerHarness.ts';

const POOL = 'failover';

let home: string;
let database: PatroniCluster;
let engines: EngineNode[] = [];
let refunds: RefundProcess;
let llm: StandIn;
let workers: WorkerProcess[] = [];
let cluster: TestCluster;
let operatorMetrics: string;

beforeAll(async () => {
  home = ownDirectory('failover');
  database = await PatroniCluster.start({
    home,
    addresses: ['127.0.3.11', '127.0.3.12'],
    logs: environment().logs,
  });
  engines = [await startNode()];
  engines.push(await startNode());
  const urls = engines.map(({ baseURL }) => baseURL);
  refunds = await deployRefundProcess({ engines: urls, postgres: database.url });
  llm = await startStandIn({ latencyMs: { min: 300, max: 2_000 } });
  const env = {
    CAMUNDA_URL: urls.join(','),
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LOCK_DURATION_MS: '40000',
  };
  workers = await Promise.all([startWorker(env), startWorker(env)]);
  cluster = await TestCluster.open('failover');
  const { metricsPort } = await cluster.startLeader();
  operatorMetrics = `http://127.0.0.1:${metricsPort}/metrics`;
  await cluster.secret('openai', { 'api-key': 'key' });
  await cluster.createPool(POOL, { engine: { urls, topic: refunds.topic } });
  await cluster.condition(POOL, 'EngineReachable', 'Counted');
}, 300_000);

afterAll(async () => {
  await cluster?.close();
  await Promise.all(workers.map((worker) => worker.stop()));
  await llm?.stop();
  for (const engine of engines) await engine.stop();
  await database?.stop();
  rmSync(home, { recursive: true, force: true });
}, 120_000);

async function startNode(): Promise<EngineNode> {
  const port = await freePort();
  return startEngine({
    address: '127.0.0.1',
    port,
    postgresURL: 'postgresql://camunda:camunda@127.0.3.11:5432/camunda',
    logFile: join(environment().logs, `engine-with-failover-${port}.log`),
    env: { DB_URL: database.jdbcURL, ...asEnv(SOON) },
  });
}

/** Starts refunds at a steady pace until it is ended; says which of them the engine acknowledged. */
function startSteadily(): { acknowledged: string[]; end(): Promise<number> } {
  const acknowledged: string[] = [];
  const attempts: Promise<boolean>[] = [];
  let ended = false;
  const running = (async () => {
    for (let number = 0; !ended; number += 1) {
      const start = startMarked(refunds, { node: refunds.nodes[number % 2] ?? refunds.engine });
      attempts.push(
        start.then(
          ({ id }) => acknowledged.push(id) > 0,
          () => false, // its answer did not come: it may have started
        ),
      );
      await sleep(150);
    }
  })();
  return {
    acknowledged,
    async end() {
      ended = true;
      await running;
      return (await Promise.all(attempts)).filter((answered) => !answered).length;
    },
  };
}

async function allInstances(): Promise<ProcessInstance[]> {
  const params = { processDefinitionKey: refunds.engine.processKey };
  return (await refunds.engine.http.get<ProcessInstance[]>('/history/process-instance', { params })).data;
}

/** What the operator says of the backlog; undefined where it says nothing. */
const backlogLine = async () =>
  (await (await fetch(operatorMetrics)).text())
    .split('\n')
    .find((line) => line.startsWith('fareruleworkerpool_pending_tasks{') && line.includes(`"${POOL}"`));

test('the primary dies under load: nothing acknowledged is lost, every refund is decided and paid once', async () => {
  const load = startSteadily();
  await waitFor('calls under way', () => llm.stats().inProgress >= 3 && load.acknowledged.length >= 20);
  const dead = await database.primary();
  const killedAt = performance.now();
  const seconds = () => ((performance.now() - killedAt) / 1_000).toFixed(1);
  dead.process.signal('SIGKILL');
  await dead.process.exited;
  const before = load.acknowledged.length;

  const { message } = await cluster.condition(POOL, 'EngineReachable', 'CountFailed', 20_000);
  expect(message).not.toContain('camunda:camunda');
  // What is not known is not reported as none.
  expect(await backlogLine()).toBeUndefined();
  const next = await database.primary();
  expect(next.address).not.toBe(dead.address);
  const promoted = seconds();
  await waitFor('refunds to start again', () => load.acknowledged.length >= before + 10, {
    timeoutMs: 90_000,
  });
  const resumed = seconds();
  await cluster.condition(POOL, 'EngineReachable', 'Counted', 30_000);
  const unanswered = await load.end();

  const instances = await waitFor(
    'every refund to end',
    async () => {
      const all = await allInstances();
      const open = all.filter(({ endTime }) => !endTime).length;
      if (open > 0) throw new Error(`${open} of ${all.length} are open`);
      return all;
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
  const known = new Set(instances.map(({ id }) => id));
  expect(load.acknowledged.filter((id) => !known.has(id))).toEqual([]);
  const completions = await Promise.all(
    instances.map(async ({ id }) => (await refunds.engine.completions(id)).length),
  );
  expect(completions).toEqual(instances.map(() => 1));
  const bookings = instances.map(({ businessKey }) => `refund-${businessKey}`).sort();
  const paid = (await query(database.url, 'select idempotency_key from refund_payment')).map(([key]) => key);
  expect(paid.sort()).toEqual(bookings);
  expect(await refunds.engine.incidents()).toEqual([]);
  for (const worker of workers) expect((await worker.get('/readyz')).status).toBe(200);
  // The dead server comes back as the standby of the new primary.
  await database.startNode(dead.address);
  await database.synchronous();
  expect((await database.primary()).address).toBe(next.address);
  say(
    `failover: a primary after ${promoted} s, refunds start after ${resumed} s; ${load.acknowledged.length} starts ` +
      `acknowledged, ${unanswered} without an answer; ${instances.length} refunds decided and paid once ` +
      `with ${llm.stats().calls} calls`,
  );
}, 300_000);
