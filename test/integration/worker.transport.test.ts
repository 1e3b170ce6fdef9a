/** A model behind a proxy, with a certificate of a CA that nobody knows, which is replaced while work goes on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Authority } from '../cluster/pki.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { type ConnectProxy, startConnectProxy } from '../support/connectProxy.ts';
import { waitFor } from '../support/wait.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

let directory: string;
let refunds: RefundProcess;
let proxy: ConnectProxy;
let worker: WorkerProcess;
let authorities: { ca: string; standIn: StandIn }[];

/** A stand-in whose certificate is signed by a CA of its own. */
async function secureStandIn(name: string, port = 0) {
  const authority = await Authority.create(join(directory, name), name);
  const files = await authority.issue('llm', { commonName: 'llm', ips: ['127.0.0.1'] });
  const tls = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  return { ca: authority.pem, standIn: await startStandIn({ latencyMs: { min: 0, max: 5 }, port, tls }) };
}
const decided = (id: string) => refunds.engine.decision(id);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'transport-'));
  refunds = await deployRefundProcess();
  proxy = await startConnectProxy();
  const first = await secureStandIn('first-ca');
  authorities = [first];
  writeFileSync(join(directory, 'llm-0'), 'sk-of-the-tests');
  writeFileSync(join(directory, 'llm-ca'), first.ca);
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: first.standIn.baseURL,
    OPENAI_API_KEY: '',
    CREDENTIALS_DIR: directory,
    LLM_KEYS: JSON.stringify([{ file: 'llm-0', quotaGroup: 'default' }]),
    LLM_CA_FILE: 'llm-ca',
    LLM_MAX_ATTEMPTS: '10',
    HTTPS_PROXY: proxy.url,
  });
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  for (const { standIn } of authorities ?? []) await standIn.stop();
  await proxy?.stop();
  await refunds?.remove();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

test('the model is asked through the proxy, and the engine is not', async () => {
  expect(await decided(await refunds.start())).not.toHaveProperty('llmError');
  const host = new URL(authorities[0]?.standIn.baseURL ?? '').host;
  expect(new Set(proxy.asked())).toEqual(new Set([`CONNECT ${host}`]));
});

test('another CA is trusted without a restart and without a failed task', async () => {
  const [first] = authorities;
  const port = Number(new URL(first?.standIn.baseURL ?? '').port);
  await first?.standIn.stop();
  const second = await secureStandIn('second-ca', port);
  authorities = [second];
  const id = await refunds.start();
  await waitFor(
    'a call that does not trust the new certificate',
    async () => (await worker.metric('llm_worker_openai_api_errors_total', 'UNTRUSTED')) > 0,
  );
  writeFileSync(join(directory, 'llm-ca'), second.ca);
  expect(await decided(id)).not.toHaveProperty('llmError');
}, 30_000);
