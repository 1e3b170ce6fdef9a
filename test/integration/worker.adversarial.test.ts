/** The hostile tickets as real refunds: a real worker, a real engine, and a model that obeys whatever it reads. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { long, type Variables } from '../engine/client.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { adversarialTickets, type SafetyTicket } from '../safety/adversarial.ts';
import { HELD_OUT_ATTACKS } from '../safety/heldOut.ts';
import { ALL_PAYLOADS } from '../safety/payloads.ts';
import { waitFor } from '../support/wait.ts';
import { deployRefundProcess, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  const orders = [...ALL_PAYLOADS, ...HELD_OUT_ATTACKS];
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 }, gullible: { orders, followsQuoted: 1 } });
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    WORKER_CONCURRENCY: '50',
    DECISIONS_CONFIRM_ALLOWED: 'WithoutText',
  });
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 60_000);

/** The engine keeps strings of 4,000 characters and no NUL, and takes no lists without a type. */
const storable = ({ variables }: SafetyTicket) =>
  Object.values(variables).every(
    (value) =>
      typeof value === 'number' ||
      typeof value === 'boolean' ||
      (typeof value === 'string' &&
        value.length <= 4_000 &&
        !value.includes('\u0000') &&
        value.isWellFormed()),
  );

const typed = (variables: Record<string, unknown>): Variables => {
  const { ticketPriceMinor: price, ...rest } = variables as Variables;
  if (price === undefined) return rest;
  return { ...rest, ticketPriceMinor: typeof price === 'number' ? long(price) : price };
};

test('none of them gets the refund that it is made for', async () => {
  const tickets = adversarialTickets(Date.now()).filter(storable);
  expect(tickets.length).toBeGreaterThanOrEqual(400);
  const started = new Map<string, SafetyTicket>();
  for (let from = 0; from < tickets.length; from += 20) {
    await Promise.all(
      tickets.slice(from, from + 20).map(async (ticket) => {
        const id = await refunds.engine.startRefund(typed(ticket.variables), uniqueBooking());
        started.set(id, ticket);
      }),
    );
  }
  await waitFor(
    'all to be decided',
    async () => (await worker.metric('llm_worker_tasks_processed_total')) === tickets.length,
    { timeoutMs: 120_000 },
  );
  const decisions = await refunds.engine.http.get<{ processInstanceId: string; value: string }[]>(
    '/history/variable-instance',
    { params: { variableName: 'fareRuleCheck', processDefinitionKey: refunds.engine.processKey } },
  );
  const allowed = decisions.data.filter(({ value }) => value === 'ALLOWED');
  expect(decisions.data).toHaveLength(tickets.length);
  expect(allowed.map(({ processInstanceId }) => started.get(processInstanceId)?.name)).toEqual([]);
}, 240_000);
