/** The engine on a PostgreSQL of testcontainers. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import { environment } from '../environment/environment.ts';
import { accountsOf, ONCE, startMarked } from '../integration/accounting.ts';
import { deployRefundProcess } from '../integration/refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from '../integration/workerHarness.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { dockerWith, suiteWith } from './docker.ts';
import { POSTGRES_IMAGE } from './standIn.ts';

const docker = await dockerWith(POSTGRES_IMAGE);

suiteWith(docker, `PostgreSQL of testcontainers, ${POSTGRES_IMAGE}`, () => {
  let postgres: StartedPostgreSqlContainer;
  let engine: EngineNode;
  let llm: StandIn;
  let worker: WorkerProcess | undefined;

  beforeAll(async () => {
    postgres = await new PostgreSqlContainer(POSTGRES_IMAGE).withDatabase('camunda').start();
    engine = await startEngine({
      address: '127.0.0.1',
      port: await freePort(),
      postgresURL: postgres.getConnectionUri(),
      logFile: join(environment().logs, 'engine-on-a-container.log'),
    });
    llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  }, 180_000);

  afterAll(async () => {
    await worker?.stop();
    await llm?.stop();
    await engine?.stop();
    await postgres?.stop();
    await docker.engine?.stop();
  }, 60_000);

  test('gets the schema from the engine, and refunds on it are decided and paid once', async () => {
    const refunds = await deployRefundProcess({
      engines: [engine.baseURL],
      postgres: postgres.getConnectionUri(),
    });
    worker = await startWorker({
      CAMUNDA_URL: engine.baseURL,
      CAMUNDA_TOPIC: refunds.topic,
      OPENAI_BASE_URL: llm.baseURL,
    });
    const started = await Promise.all(Array.from({ length: 5 }, () => startMarked(refunds)));
    expect(await accountsOf(refunds, started, llm.calls)).toEqual(started.map(() => ONCE));
  }, 60_000);
});
