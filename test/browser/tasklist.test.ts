/** A person reviews a refund in Camunda's Tasklist, in a real browser. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { environment } from '../environment/environment.ts';
import { startMarked } from '../integration/accounting.ts';
import { deployRefundProcess, payments, type RefundProcess } from '../integration/refundProcess.ts';
import { startWorker, type WorkerProcess } from '../integration/workerHarness.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { onPage, startChromium } from './chromium.ts';
import { approveReview, signIn, tasklistOf } from './tasklistPage.ts';

let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;
let browser: Browser;
let filterId: string;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  worker = await startWorker({ CAMUNDA_TOPIC: refunds.topic, OPENAI_BASE_URL: llm.baseURL });
  // What an administrator makes once: without a filter Tasklist lists nothing.
  const { data } = await refunds.engine.http.post<{ id: string }>('/filter/create', {
    resourceType: 'Task',
    name: `Reviews of ${refunds.topic}`,
    query: {
      processDefinitionKey: refunds.engine.processKey,
      candidateGroup: 'refund-agents',
      includeAssignedTasks: true,
    },
    properties: { refresh: true },
  });
  filterId = data.id;
  browser = await startChromium();
}, 300_000); // installs Chromium where it is missing

afterAll(async () => {
  await browser?.close();
  await worker?.stop();
  await llm?.stop();
  if (filterId) await refunds.engine.http.delete(`/filter/${filterId}`);
  await refunds?.remove();
}, 60_000);

test('an agent signs in, claims the review that the model asked for, approves it, and it is paid once', async () => {
  // An illness: the stand-in for the model leaves it to a person.
  const refund = await startMarked(refunds, { mark: `in hospital, ${randomUUID()}` });
  const { id: taskId } = await refunds.engine.userTask(refund.id, 'task_manual_review');
  await onPage(browser, 'tasklist', async (page) => {
    await signIn(page, tasklistOf(environment().engines[0] ?? ''), 'agent');
    await approveReview(page, `Reviews of ${refunds.topic}`);
  });
  expect(await refunds.engine.waitUntilEnded(refund.id)).toBe('EndEvent_ReviewedRefund');
  const { data } = await refunds.engine.http.get('/history/task', { params: { taskId } });
  expect(data).toMatchObject([{ assignee: 'agent', deleteReason: 'completed' }]);
  expect(await refunds.engine.variables(refund.id)).toMatchObject({
    fareRuleCheck: 'MANUAL',
    approved: true,
    decidedBy: 'AGENT',
  });
  expect(await payments(refund.bookingId, refunds.postgres)).toEqual([
    { method: 'GATEWAY', amount: '20000', currency: 'EUR' },
  ]);
}, 120_000);
