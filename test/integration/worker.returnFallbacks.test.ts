/** After an outage of the model the reviews that it caused go back to the model, and no other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { returnFallbacks } from '../../worker/src/commands/returnFallbacks.ts';
import { NO_AUTH } from '../../worker/src/engine/auth.ts';
import { EngineNode } from '../../worker/src/engine/nodes.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { runWorkerCommand, startWorker, type WorkerProcess } from './workerHarness.ts';

const FLOOD = 12;

let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    LLM_MAX_ATTEMPTS: '1',
    LONG_POLL_MS: '500',
  });
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

/** Business class a month ahead: allowed, when the model is asked. */
const start = (variables: Parameters<RefundProcess['start']>[0] = {}) =>
  refunds.start({ ticketClass: 'Business', daysUntilFlight: 30, ...variables });
const review = (id: string) => refunds.engine.userTask(id, 'task_manual_review');
const command = (...args: string[]) =>
  runWorkerCommand(['return-fallbacks', ...args], {
    CAMUNDA_TOPIC: refunds.topic,
    CAMUNDA_PROCESS_DEFINITION_KEYS: refunds.engine.processKey,
  });
const successes = async (id: string) => (await refunds.engine.completions(id)).length;

test('a flood of reviews from an outage is decided by the model, and each refund is paid once', async () => {
  llm.script([{ kind: 'serverError', times: 'always' }]);
  const bookings = Array.from({ length: FLOOD }, () => uniqueBooking());
  const ids = await Promise.all(bookings.map((bookingId) => start({ bookingId })));
  for (const id of ids) await review(id);
  const [claimed = ''] = ids;
  await refunds.engine.claim((await review(claimed)).id, 'agent');
  llm.script([]);
  const byModel = await start({ daysUntilFlight: -3 });
  const invalid = await start({ ticketClass: 'Cattle' });
  const untouched = [claimed, byModel, invalid];
  for (const id of untouched) await review(id);

  const dry = await command('--dry-run');
  expect(dry.lines.at(-1)).toBe(`would be returned ${FLOOD - 1}, skipped 2, conflicts 0, failed 0`);
  expect(await Promise.all(ids.map(successes))).toEqual(ids.map(() => 1));

  expect((await command('--limit=2')).lines.at(-1)).toMatch(/^returned 2, /);
  const rest = await command();
  expect(rest).toMatchObject({ code: 0 });
  expect(rest.lines.at(-1)).toBe(`returned ${FLOOD - 3}, skipped 2, conflicts 0, failed 0`);

  for (const id of ids.slice(1)) {
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await successes(id)).toBe(2);
  }
  for (const booking of bookings.slice(1)) expect(await payments(booking)).toHaveLength(1);
  for (const id of untouched) expect(await successes(id)).toBe(1);
  expect((await review(claimed)).assignee).toBe('agent');

  expect((await command()).lines.at(-1)).toBe('returned 0, skipped 2, conflicts 0, failed 0');
}, 120_000);

test('what the model decided the second time is not returned a third time', async () => {
  llm.script([{ kind: 'serverError' }]);
  const id = await start({ daysUntilFlight: -3 });
  await review(id);
  expect((await command()).lines.at(-1)).toMatch(/^returned 1, /);
  const again = await review(id);
  expect(await successes(id)).toBe(2);
  expect((await command()).lines.some((line) => line.includes(again.id))).toBe(false);
}, 60_000);

test('a review that a person has sent on is not asked about again when it comes back', async () => {
  llm.script([{ kind: 'serverError' }]);
  // A currency that does not exist: what the person approves cannot be paid.
  const id = await start({ currency: 'ZZZ' });
  const first = await review(id);
  llm.script([]);
  await refunds.engine.submitForm(first.id, { approved: true });
  const back = await review(id);
  const { lines } = await command();
  expect(lines.find((line) => line.includes(back.id))).toMatch(/^skipped .*: a person has decided$/);
}, 60_000);

test('of two runs at the same time one returns a review, and the other says so', async () => {
  llm.script([{ kind: 'serverError', times: FLOOD }]);
  const ids = await Promise.all(Array.from({ length: FLOOD }, () => start()));
  for (const id of ids) await review(id);
  llm.script([]);
  const runs = await Promise.all([command(), command()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  for (const id of ids) {
    await refunds.engine.waitUntilEnded(id);
    expect(await successes(id)).toBe(2);
  }
}, 120_000);

test('a person cannot claim a review at the very moment in which it is returned', async () => {
  llm.script([{ kind: 'serverError' }]);
  const id = await start();
  const { id: reviewId } = await review(id);
  llm.script([]);
  const [url = ''] = environment().engines;
  const node = new EngineNode({ url, address: new URL(url).hostname }, NO_AUTH);
  let refused = false;
  const totals = await returnFallbacks({
    send: async (request) => {
      // After its last look the command sends the review back: a claim in between would be lost.
      if (request.path.endsWith('/modification')) {
        await refunds.engine.claim(reviewId, 'agent').catch(() => {
          refused = true;
        });
      }
      return node.request({ ...request, timeoutMs: 10_000 });
    },
    topic: refunds.topic,
    query: {
      userTask: 'task_manual_review',
      processDefinitionKeys: [refunds.engine.processKey],
      tenantIds: undefined,
      since: undefined,
    },
    dryRun: false,
    limit: 1,
    say: () => {},
  });
  expect(totals).toMatchObject({ returned: 1, conflicts: 0, failed: 0 });
  expect(refused).toBe(true);
  await refunds.engine.waitUntilEnded(id);
  expect(await successes(id)).toBe(2);
}, 60_000);

test('a command that is not understood says what there is', async () => {
  expect((await runWorkerCommand(['return'], {})).code).toBe(2);
});
