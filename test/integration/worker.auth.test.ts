/** An engine that asks for a user and a password. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { freePort, startWorker } from './workerHarness.ts';

/** The administrator that the environment's engine already has in its database. */
const USER = { username: 'demo', password: 'demo' };

let refunds: RefundProcess;
let llm: StandIn;
let engine: EngineNode;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  // A third node of the same cluster; only its REST API asks who is there.
  engine = await startEngine({
    address: '127.0.0.1',
    port: await freePort(),
    postgresURL: environment().postgres,
    logFile: join(environment().logs, 'engine-with-auth.log'),
    basicAuth: USER,
  });
}, 120_000);

afterAll(async () => {
  await engine?.stop();
  await llm?.stop();
  await refunds?.remove();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

test('a worker with a wrong password is not ready, and works once its file holds the right one', async () => {
  writeFileSync(join(directory, 'engine-username'), USER.username);
  writeFileSync(join(directory, 'engine-password'), 'wrong-password');
  const worker = await startWorker(
    {
      CAMUNDA_URL: engine.baseURL,
      CAMUNDA_TOPIC: refunds.topic,
      OPENAI_BASE_URL: llm.baseURL,
      CREDENTIALS_DIR: directory,
    },
    { ready: false },
  );
  try {
    await waitFor('a refusal', () => worker.lines('engine_not_reached').length > 0);
    expect(await worker.get('/readyz')).toEqual({ status: 503, text: 'engine: UNAUTHENTICATED\n' });
    const id = await refunds.start();
    writeFileSync(join(directory, 'engine-password'), USER.password);
    await refunds.engine.waitUntilEnded(id, 30_000);
    expect((await worker.get('/readyz')).status).toBe(200);
    expect(worker.output()).not.toContain('wrong-password');
  } finally {
    await worker.stop();
  }
}, 60_000);
