/** Keys of two accounts, and what becomes of tasks when one of them fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

const KEYS = ['sk-first-account-key', 'sk-second-account-key'];

let directory: string;
let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'));
  refunds = await deployRefundProcess();
  llm = await startStandIn({
    latencyMs: { min: 0, max: 5 },
    keys: KEYS.map((key, index) => ({ key, group: `account-${index}` })),
  });
}, 60_000);
beforeEach(async () => {
  await worker?.stop();
  llm.script([]);
  llm.settings({ revokedKeys: [] });
  for (const [index, key] of KEYS.entries()) writeFileSync(join(directory, `llm-${index}`), key);
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    OPENAI_API_KEY: '',
    CREDENTIALS_DIR: directory,
    LLM_KEYS: JSON.stringify(
      KEYS.map((_, index) => ({ file: `llm-${index}`, quotaGroup: `account-${index}` })),
    ),
  });
}, 60_000);
afterAll(async () => {
  await worker?.stop();
  await llm?.stop();
  await refunds?.remove();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

const decideAll = async (count: number) => {
  const ids = await Promise.all(Array.from({ length: count }, () => refunds.start()));
  return Promise.all(ids.map((id) => refunds.engine.decision(id)));
};
const state = (index: number, name: string) =>
  worker.metric(
    'llm_worker_llm_key_state',
    `index="${index}",quota_group="account-${index}",state="${name}"`,
  );

test.each<[string, () => void, string]>([
  [
    'has no quota left',
    () => llm.script([{ kind: 'insufficientQuota', group: 'account-0', times: 'always' }]),
    'exhausted',
  ],
  ['had its key revoked', () => llm.settings({ revokedKeys: KEYS.slice(0, 1) }), 'refused'],
  [
    'asks to be left alone for longer than a lock lasts',
    () => llm.script([{ kind: 'rateLimit', retryAfterSeconds: 61, group: 'account-0', times: 'always' }]),
    'cooling',
  ],
])(
  'with an account that %s no task fails, and the worker says so',
  async (_what, fail, name) => {
    fail();
    for (const variables of await decideAll(20)) expect(variables).not.toHaveProperty('llmError');
    expect(await state(0, name)).toBe(1);
    expect(await state(1, 'usable')).toBe(1);
    expect(worker.output()).not.toMatch(new RegExp(KEYS.join('|')));
  },
  40_000,
);

test('with both keys rotated and the old ones revoked no task fails, and nobody is blamed', async () => {
  await decideAll(4);
  const fresh = KEYS.map((key) => `${key}-rotated`);
  for (const [index, key] of fresh.entries()) writeFileSync(join(directory, `llm-${index}`), key);
  llm.settings({
    keys: fresh.map((key, index) => ({ key, group: `account-${index}` })),
    revokedKeys: KEYS,
  });
  for (const variables of await decideAll(20)) expect(variables).not.toHaveProperty('llmError');
  expect((await state(0, 'usable')) + (await state(1, 'usable'))).toBe(2);
}, 40_000);
