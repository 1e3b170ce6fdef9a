/** The real engine behind TLS of a private CA and short-lived bearer tokens, as many sites have it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CREDENTIAL_FILES, type WorkerEnvText } from '@farerules/crds/workerEnv';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { TokenGateway } from '../support/tokenGateway.ts';
import { waitFor } from '../support/wait.ts';
import { accountsOf, ONCE, startMarked } from './accounting.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker } from './workerHarness.ts';

/** Shorter than the work takes, several times over. */
const LIFETIME_SECONDS = 2;
const REFUNDS = 48;
const FILE = CREDENTIAL_FILES;

let directory: string;
let refunds: RefundProcess;
let llm: StandIn;
let gateway: TokenGateway;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'oauth2-'));
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 700, max: 900 } });
  gateway = await TokenGateway.start({
    engineURL: environment().engines[0] ?? '',
    directory: join(directory, 'gateway'),
    lifetimeSeconds: LIFETIME_SECONDS,
    client: { id: 'pool', secret: 'secret-of-the-client' },
  });
  writeFileSync(join(directory, FILE.engineCA), gateway.ca);
  write(gateway.client);
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
  await refunds?.remove();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

function write({ id, secret }: { id: string; secret: string }): void {
  writeFileSync(join(directory, FILE.engineClientId), id);
  writeFileSync(join(directory, FILE.engineClientSecret), secret);
}

const env = (change: WorkerEnvText = {}): WorkerEnvText => ({
  CAMUNDA_URL: gateway.baseURL,
  CAMUNDA_TOKEN_URL: gateway.tokenURL,
  CAMUNDA_CA_FILE: FILE.engineCA,
  CAMUNDA_TOPIC: refunds.topic,
  CREDENTIALS_DIR: directory,
  OPENAI_BASE_URL: llm.baseURL,
  WORKER_CONCURRENCY: '3',
  ...change,
});

test('refunds are decided exactly once through several lifetimes of tokens, revoked ones and a token endpoint that fails', async () => {
  const workers = await Promise.all([startWorker(env()), startWorker(env())]);
  try {
    const started = await Promise.all(Array.from({ length: REFUNDS }, () => startMarked(refunds)));
    const issuedBefore = gateway.issued.length;
    await waitFor('a token of the run', () => gateway.issued.length > issuedBefore);
    gateway.revoke();
    await waitFor('tokens after that', () => gateway.issued.length >= issuedBefore + 4);
    gateway.tokenFault = 503;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    gateway.tokenFault = undefined;
    const accounts = await accountsOf(refunds, started, () => llm.calls(), 60_000);
    expect(accounts).toEqual(Array(REFUNDS).fill(ONCE));
    expect(gateway.issued.length).toBeGreaterThanOrEqual(8);
    expect(gateway.refused).toBeGreaterThan(0);
    let completed = 0;
    for (const worker of workers) {
      completed += await worker.metric('llm_worker_task_settlements_total', 'completed');
      expect(await worker.metric('llm_worker_task_settlements_total', 'failed')).toBe(0);
    }
    expect(completed).toBe(REFUNDS);
  } finally {
    for (const worker of workers) await worker.stop();
  }
  const output = workers.map((worker) => worker.output()).join('');
  for (const secret of [...gateway.issued, 'secret-of-the-client', 'tell nobody'])
    expect(output).not.toContain(secret);
}, 120_000);

test('a secret that is rotated is used without a restart, and nothing is lost in between', async () => {
  const worker = await startWorker(env());
  try {
    const before = await startMarked(refunds);
    gateway.client = { id: 'pool', secret: 'another-secret' };
    await waitFor('a refusal of the old one', () => gateway.refusedClients > 0);
    write(gateway.client);
    const after = await startMarked(refunds);
    expect(await accountsOf(refunds, [before, after], () => llm.calls())).toEqual([ONCE, ONCE]);
    expect(worker.alive()).toBe(true);
    expect(worker.output()).not.toContain('another-secret');
  } finally {
    await worker.stop();
  }
}, 60_000);

test('a worker says what is wrong with its client or its certificates, and works once it is right', async () => {
  write({ id: 'pool', secret: 'not-the-secret' });
  const { ca } = gateway;
  writeFileSync(join(directory, FILE.engineCA), '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----');
  const worker = await startWorker(env(), { ready: false });
  try {
    const notReady = (reason: string) =>
      waitFor(`the worker to be not ready because of ${reason}`, async () => {
        const { status, text } = await worker.get('/readyz');
        return status === 503 && text === `engine: ${reason}\n`;
      });
    await notReady('UNTRUSTED');
    writeFileSync(join(directory, FILE.engineCA), ca);
    await notReady('TOKEN_REFUSED');
    expect(worker.lines('engine_not_reached').at(-1)).toMatchObject({
      status: 401,
      reason: 'invalid_client',
    });
    const started = await startMarked(refunds);
    write(gateway.client);
    expect(await accountsOf(refunds, [started], () => llm.calls())).toEqual([ONCE]);
    expect((await worker.get('/readyz')).status).toBe(200);
    expect(worker.output()).not.toContain('not-the-secret');
  } finally {
    await worker.stop();
  }
}, 60_000);
