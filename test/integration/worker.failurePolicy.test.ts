/** What becomes of refunds that the model cannot decide now, where the pool wants them to come again. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Fault } from '../llm/protocol.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { deployRefundProcess, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

const RETRY = {
  ON_FAILURE: 'Retry',
  ON_FAILURE_RETRIES: '2',
  ON_FAILURE_RETRY_TIMEOUT_MS: '500',
  LLM_MAX_ATTEMPTS: '1',
  LONG_POLL_MS: '500',
} as const;

let refunds: RefundProcess;
let incidents: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;
let strict: WorkerProcess;

beforeAll(async () => {
  [refunds, incidents] = await Promise.all([deployRefundProcess(), deployRefundProcess()]);
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  const env = { ...RETRY, OPENAI_BASE_URL: llm.baseURL };
  worker = await startWorker({ ...env, CAMUNDA_TOPIC: refunds.topic });
  strict = await startWorker({ ...env, CAMUNDA_TOPIC: incidents.topic, ON_FAILURE_FINALLY: 'Incident' });
}, 60_000);

afterAll(async () => {
  await Promise.all([worker?.stop(), strict?.stop()]);
  await llm?.stop();
  await Promise.all([refunds?.remove(), incidents?.remove()]);
}, 30_000);

/** Starts a refund whose calls meet a fault. */
async function startWith(fault: Fault, of = refunds) {
  const mark = randomUUID();
  llm.script([{ ...fault, promptContains: mark }]);
  const bookingId = uniqueBooking();
  const id = await of.start({ bookingId, refundReason: mark });
  return { id, bookingId, calls: () => llm.calls().filter(({ prompt }) => prompt.includes(mark)).length };
}
/** What happened to its task: the retries that each failure found (none at the first), then its completion. */
const history = async (id: string, of = refunds) =>
  (await of.engine.externalTaskLog(id)).flatMap((entry): (string | number | null)[] => {
    if (entry.failureLog) return [entry.retries];
    return entry.successLog ? ['completed'] : [];
  });

test('a refund comes again after a failure that passes, and the model decides', async () => {
  const { id, calls } = await startWith({ kind: 'serverError', times: 2 });
  expect(await refunds.engine.waitUntilEnded(id)).toMatch(/^EndEvent_/);
  expect(await history(id)).toEqual([null, 2, 'completed']);
  expect(calls()).toBe(3);
  expect(await refunds.engine.variables(id)).not.toHaveProperty('llmError');
}, 30_000);

test('it goes to a person after the last try, with the reason', async () => {
  const { id, calls } = await startWith({ kind: 'rateLimit', times: 'always' });
  await refunds.engine.userTask(id, 'task_manual_review');
  expect(await history(id)).toEqual([null, 2, 'completed']);
  expect(calls()).toBe(3);
  expect(await refunds.engine.variables(id)).toMatchObject({
    fareRuleCheck: 'MANUAL',
    llmError: expect.stringMatching(/^RATE_LIMITED: /),
  });
}, 30_000);

test('it becomes an incident after the last try where the pool says so', async () => {
  const { id, calls } = await startWith({ kind: 'serverError', times: 'always' }, incidents);
  const incident = await waitFor('an incident', async () => (await incidents.engine.incidents(id))[0]);
  expect(incident).toMatchObject({ incidentMessage: expect.stringMatching(/^SERVER_ERROR: /) });
  expect(await history(id, incidents)).toEqual([null, 2, 1]);
  expect(calls()).toBe(3);
}, 30_000);

test.each<[string, Fault]>([
  ['a refusal', { kind: 'refusal' }],
  ['an answer outside the labels', { kind: 'answer', text: 'perhaps' }],
])('%s goes to a person at once: asking again would not help', async (_what, fault) => {
  const { id, calls } = await startWith(fault);
  await refunds.engine.userTask(id, 'task_manual_review');
  expect(await history(id)).toEqual(['completed']);
  expect(calls()).toBe(1);
});

test('a ticket that is not valid goes to a person at once', async () => {
  const id = await refunds.start({ ticketClass: 'Cattle' });
  await refunds.engine.userTask(id, 'task_manual_review');
  expect(await history(id)).toEqual(['completed']);
});
