/** The engine's database restarts under a worker at work. An engine of this suite's own: others need theirs. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import { type Postgres, type PostgresOptions, startPostgres } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { accountsOf, type MarkedRefund, ONCE, startMarked } from './accounting.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from './workerHarness.ts';

/** A job that met the restart comes again soon, not in five minutes: it is the payment, which is counted here. */
const SOON = {
  'camunda.bpm.generic-properties.properties.failedJobRetryTimeCycle': 'R10/PT2S',
  'camunda.bpm.job-execution.lock-time-in-millis': 5_000,
};
/** How long the database is away; the engine answers 500 or nothing, again and again. */
const AWAY_MS = 4_000;

let home: string;
let options: PostgresOptions;
let postgres: Postgres;
let engine: EngineNode;
let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'frwp-database-'));
  chmodSync(home, 0o755); // PostgreSQL runs as a user of its own
  options = {
    dataDir: join(home, 'postgres'),
    address: '127.0.0.1',
    port: await freePort(),
    logFile: join(environment().logs, 'postgres-of-faults.log'),
  };
  postgres = await startPostgres(options);
  engine = await startEngine({
    address: '127.0.0.1',
    port: await freePort(),
    postgresURL: postgres.url,
    logFile: join(environment().logs, 'engine-with-restarting-database.log'),
    env: { SPRING_APPLICATION_JSON: JSON.stringify(SOON) },
  });
  refunds = await deployRefundProcess({ engines: [engine.baseURL], postgres: postgres.url });
  llm = await startStandIn({ latencyMs: { min: 300, max: 2_000 } });
  worker = await startWorker({
    CAMUNDA_URL: engine.baseURL,
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LOCK_DURATION_MS: '60000',
  });
}, 180_000);

afterAll(async () => {
  await worker?.stop();
  await llm?.stop();
  await engine?.stop();
  await postgres?.stop();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

test('while the database restarts nothing is lost, asked twice or paid twice', async () => {
  const started: MarkedRefund[] = [];
  const startSome = async (count: number) => {
    for (let number = 0; number < count; number += 1) started.push(await startMarked(refunds));
  };
  await startSome(25);
  await waitFor('calls under way', () => llm.stats().inProgress >= 5, { everyMs: 10 });
  await postgres.stop();
  // What is decided now cannot be stored.
  await sleep(AWAY_MS);
  postgres = await startPostgres(options);
  await waitFor(
    'the engine to have its database again',
    async () => {
      await startSome(1);
      return true;
    },
    { everyMs: 500 },
  );
  await startSome(4);
  expect(await accountsOf(refunds, started, llm.calls, 90_000)).toEqual(started.map(() => ONCE));
  expect((await worker.get('/readyz')).status).toBe(200);
}, 180_000);
