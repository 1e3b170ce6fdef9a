/** What the model can do wrong, and what becomes of the refund. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Fault } from '../llm/protocol.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep } from '../support/wait.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LLM_TIMEOUT_MS: '500',
  });
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

const decided = (id: string, of = refunds) => of.engine.decision(id);

test.each<[string, Fault, string, number]>([
  ['that fails', { kind: 'serverError', times: 'always' }, 'SERVER_ERROR', 3],
  ['that hangs', { kind: 'hang', times: 'always' }, 'TIMEOUT', 3],
  ['that cuts the connection', { kind: 'cut', times: 'always' }, 'CONNECTION', 3],
  [
    'that answers with half a body',
    { kind: 'cut', midBody: true, times: 'always' },
    '(CONNECTION|MALFORMED_RESPONSE)',
    3,
  ],
  ['that answers with no JSON', { kind: 'malformedJson', times: 'always' }, 'MALFORMED_RESPONSE', 3],
  ['whose quota is used up', { kind: 'insufficientQuota', times: 'always' }, 'INSUFFICIENT_QUOTA', 1],
  ['that is gone', { kind: 'modelNotFound', times: 'always' }, 'MODEL_NOT_FOUND', 1],
  ['that refuses the key', { kind: 'revokedKey', times: 'always' }, 'UNAUTHENTICATED', 1],
  ['that answers outside the labels', { kind: 'answer', text: 'Sure: ALLOWED!' }, 'INVALID_ANSWER', 1],
  ['that refuses to answer', { kind: 'refusal' }, 'REFUSED', 1],
  ['that answers nothing', { kind: 'empty' }, 'INVALID_ANSWER', 1],
])(
  'a model %s sends the refund to a person after a bounded number of calls',
  async (_what, fault, code, calls) => {
    const mark = randomUUID();
    llm.script([{ ...fault, promptContains: mark }]);
    const id = await refunds.start({ refundReason: mark });
    expect(await decided(id)).toMatchObject({
      fareRuleCheck: 'MANUAL',
      llmError: expect.stringMatching(new RegExp(`^${code}: `)),
    });
    await refunds.engine.userTask(id, 'task_manual_review');
    expect(llm.calls().filter(({ prompt }) => prompt.includes(mark))).toHaveLength(calls);
  },
  20_000,
);

test('a model that asks to wait beyond the lock is left alone for all that time', async () => {
  const own = await deployRefundProcess();
  const strict = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  strict.script([{ kind: 'rateLimit', retryAfterSeconds: 61, times: 'always' }]);
  const patient = await startWorker({ CAMUNDA_TOPIC: own.topic, OPENAI_BASE_URL: strict.baseURL });
  try {
    expect(await decided(await own.start(), own)).toMatchObject({
      fareRuleCheck: 'MANUAL',
      llmError: expect.stringMatching(/^RATE_LIMITED: /),
    });
    // Whoever comes after it has not been refused: it waits in the engine.
    const next = await own.start();
    await sleep(3_000);
    expect(await own.engine.variables(next)).not.toHaveProperty('llmReasoning');
    expect(strict.calls()).toHaveLength(1);
    expect(await patient.metric('llm_worker_llm_key_state', 'state="cooling"')).toBe(1);
  } finally {
    await patient.stop();
    await strict.stop();
    await own.remove();
  }
}, 30_000);

test.each<[string, Fault]>([
  ['a rate limit', { kind: 'rateLimit', retryAfterSeconds: 1 }],
  ['a server error', { kind: 'serverError', times: 2 }],
  ['a cut connection', { kind: 'cut' }],
])('after %s the call is repeated and the model decides', async (_what, fault) => {
  const mark = randomUUID();
  llm.script([{ ...fault, promptContains: mark }]);
  const variables = await decided(await refunds.start({ refundReason: mark }));
  expect(variables).not.toHaveProperty('llmError');
});

test('a model that cannot be reached sends the refund to a person', async () => {
  const alone = await deployRefundProcess();
  const cutOff = await startWorker({ CAMUNDA_TOPIC: alone.topic, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
  try {
    const variables = await decided(await alone.start(), alone);
    expect(variables).toMatchObject({
      fareRuleCheck: 'MANUAL',
      llmError: expect.stringMatching(/^CONNECTION: /),
    });
  } finally {
    await cutOff.stop();
    await alone.remove();
  }
}, 30_000);

test('a key rotated in its file is used without a restart and without a failed refund', async () => {
  const [oldKey, newKey] = ['sk-old-key-of-the-test', 'sk-new-key-of-the-test'];
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  const strict = await startStandIn({ latencyMs: { min: 0, max: 5 }, keys: [oldKey, newKey] });
  const own = await deployRefundProcess();
  writeFileSync(join(directory, 'llm-0'), oldKey);
  const rotating = await startWorker({
    CAMUNDA_TOPIC: own.topic,
    OPENAI_BASE_URL: strict.baseURL,
    OPENAI_API_KEY: '',
    CREDENTIALS_DIR: directory,
    LLM_KEYS: JSON.stringify([{ file: 'llm-0', quotaGroup: 'default' }]),
  });
  try {
    const before = await own.start();
    await decided(before, own);
    writeFileSync(join(directory, 'llm-0'), newKey);
    strict.settings({ revokedKeys: [oldKey] });
    const after = await Promise.all([own.start(), own.start(), own.start()]);
    for (const id of [before, ...after]) expect(await decided(id, own)).not.toHaveProperty('llmError');
    expect(rotating.output()).not.toMatch(new RegExp(`${oldKey}|${newKey}`));
  } finally {
    await rotating.stop();
    await strict.stop();
    await own.remove();
    rmSync(directory, { recursive: true });
  }
}, 30_000);
