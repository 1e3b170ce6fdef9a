/**
 * Whatever the model does, a refund is completed once, asks a bounded number of times, and is paid once: at once where
 * the model decided in the end, after a person's approval where it did not. Which code each fault has is in
 * worker.llmFaults.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Fault } from '../llm/protocol.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { accountOf, accountsOf, ONCE, startMarked } from './accounting.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 20, max: 60 } });
}, 60_000);

// A worker that has been told to wait for a minute, or that its key is void, remembers that.
beforeEach(async () => {
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LLM_TIMEOUT_MS: '500',
    WORKER_CONCURRENCY: '20',
    LONG_POLL_MS: '500',
  });
}, 30_000);

afterEach(async () => {
  llm.script([]);
  await worker?.stop();
});

afterAll(async () => {
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

test.each<[string, Fault, number]>([
  ['server errors', { kind: 'serverError', times: 'always' }, 3],
  ['hanging', { kind: 'hang', times: 'always' }, 3],
  ['half a body', { kind: 'cut', midBody: true, times: 'always' }, 3],
  ['a reset', { kind: 'cut', times: 'always' }, 3],
  ['garbage', { kind: 'malformedJson', times: 'always' }, 3],
  ['a Retry-After of 61 s', { kind: 'rateLimit', retryAfterSeconds: 61, times: 'always' }, 1],
  ['a refusal', { kind: 'refusal', times: 'always' }, 1],
  ['an empty answer', { kind: 'empty', times: 'always' }, 1],
  ['a wrong label', { kind: 'answer', text: 'DENIED', times: 'always' }, 1],
  ['a model that is gone', { kind: 'modelNotFound', times: 'always' }, 1],
  ['a refused key', { kind: 'revokedKey', times: 'always' }, 1],
])(
  'with %s a refund is completed once and paid once, after its approval',
  async (_what, fault, calls) => {
    const mark = randomUUID();
    llm.script([{ ...fault, promptContains: mark }]);
    const refund = await startMarked(refunds, { mark });
    const review = await refunds.engine.userTask(refund.id, 'task_manual_review');
    expect(await accountOf(refunds, refund, llm.calls())).toEqual({ completions: 1, payments: 0, calls });
    await refunds.engine.submitForm(review.id, { approved: true });
    expect(await accountsOf(refunds, [refund], llm.calls)).toEqual([{ ...ONCE, calls }]);
  },
  40_000,
);

test('a storm of 429 holds refunds up for as long as it lasts, and sends nobody to a person', async () => {
  llm.script([{ kind: 'rateLimit', retryAfterSeconds: 1, times: 'always' }]);
  const started = await Promise.all(Array.from({ length: 20 }, () => startMarked(refunds)));
  await sleep(2_500);
  llm.script([]);
  const accounts = await accountsOf(refunds, started, llm.calls);
  expect(accounts.map(({ completions, payments }) => [completions, payments])).toEqual(
    started.map(() => [1, 1]),
  );
  for (const { calls } of accounts) expect(calls).toBeLessThanOrEqual(3);
  for (const { id } of started) expect(await refunds.engine.variables(id)).not.toHaveProperty('llmError');
  // It asked again no sooner than it was told: a few of the first calls, and one after each wait, not all of them.
  const refused = llm.calls().filter(({ status }) => status === 429).length;
  expect(refused).toBeLessThan(2 * started.length);
}, 60_000);

test('every call that the model got is in the log of the worker, with its process instance', async () => {
  const started = await Promise.all(Array.from({ length: 5 }, () => startMarked(refunds)));
  await accountsOf(refunds, started, llm.calls);
  const lines = await waitFor('all calls to be logged', () => {
    const found = worker.lines('llm_call');
    return found.length === started.length ? found : undefined;
  });
  for (const { id, mark } of started) {
    const own = lines.filter((line) => line.process_instance === id);
    expect(own).toHaveLength(1);
    expect(String(own[0]?.input)).toContain(mark);
  }
});
