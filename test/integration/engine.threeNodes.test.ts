/** Three engine nodes on one database, as in production; one of them dies with the timers of reviews in its hands. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EngineNode } from '../engine/camunda.ts';
import type { ActivityInstance } from '../engine/client.ts';
import { query } from '../engine/postgres.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { accountsOf, type MarkedRefund, ONCE, startMarked } from './accounting.ts';
import { OwnEngines } from './ownEngines.ts';
import { deployRefundProcess, payments, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

const REVIEWS = 60;
/** How long a person has to look at a refund. */
const SLA = { slaDuration: 'PT8S' };

let engines: OwnEngines;
let refunds: RefundProcess;
let llm: StandIn;
let worker: WorkerProcess;

beforeAll(async () => {
  engines = await OwnEngines.open('three-nodes');
  await engines.startNode();
  await Promise.all([engines.startNode(), engines.startNode()]);
  refunds = await deployRefundProcess(engines.where);
  llm = await startStandIn({ latencyMs: { min: 100, max: 500 } });
  worker = await startWorker({
    CAMUNDA_URL: engines.where.engines.join(','),
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    WORKER_CONCURRENCY: '40',
    LOCK_DURATION_MS: '20000',
  });
}, 240_000);

afterAll(async () => {
  await worker?.stop();
  await llm?.stop();
  await engines?.close();
}, 60_000);

/** @param reason the stand-in for the model leaves an illness to a person */
async function startSome(count: number, reason: 'illness' | 'no reason'): Promise<MarkedRefund[]> {
  const started: MarkedRefund[] = [];
  for (let number = 0; number < count; number += 1) {
    const mark = `${reason}, ${randomUUID()}`;
    const node = refunds.nodes[number % 2] ?? refunds.engine;
    started.push(await startMarked(refunds, { mark, node, variables: SLA }));
  }
  return started;
}

/** The nodes that have taken timers and not fired them yet. */
async function holders(): Promise<Set<string>> {
  const sql = `select lock_owner_ from act_ru_job where handler_type_ = 'timer-transition' and lock_owner_ is not null`;
  return new Set((await query(engines.postgres.url, sql)).map(([owner = '']) => owner));
}

/**
 * Locks the rows of all open reviews, which firing a timer has to delete: whoever takes one then has it in hand.
 * Returns what lets them go.
 */
function holdReviews(): () => Promise<void> {
  const { url } = engines.postgres;
  const hold = `begin; select count(*) from (select id_ from act_ru_task for update) held; select pg_sleep(60)`;
  // It ends by being cancelled.
  const held = query(url, hold).catch(() => undefined);
  return async () => {
    await query(
      url,
      `select pg_cancel_backend(pid) from pg_stat_activity where query like 'begin; select count(*) from (select id_%'`,
    );
    await held;
  };
}

/** Kills a node that has taken timers that are due. */
async function killWithTimers(node: EngineNode): Promise<void> {
  await waitFor('the reviews', async () => {
    const [[count = '0'] = []] = await query(engines.postgres.url, 'select count(*) from act_ru_task');
    return Number(count) >= REVIEWS / 2;
  });
  const letGo = holdReviews();
  try {
    // All three have some, so this one has.
    await waitFor('every node to take timers', async () => (await holders()).size === 3, { everyMs: 50 });
    node.signal('SIGKILL');
    await node.exited;
  } finally {
    await letGo();
  }
  expect((await holders()).size).toBeGreaterThan(0);
}

async function pathOf({ id }: MarkedRefund): Promise<Record<string, number>> {
  const activities: ActivityInstance[] = await refunds.engine.activityInstances(id);
  const count = (name: string) => activities.filter(({ activityId }) => activityId === name).length;
  return {
    reviews: count('task_manual_review'),
    breaches: count('BoundaryEvent_SLA'),
    escalations: count('task_manager_escalation'),
  };
}

test('a node that dies with timers in hand: each fires once, each refund is decided and paid once', async () => {
  const reviews = await startSome(REVIEWS, 'illness');
  const third = engines.nodes[2] as EngineNode;
  await killWithTimers(third);
  // While one node is gone the others and the worker go on.
  const allowed = await startSome(20, 'no reason');
  expect(await accountsOf(refunds, allowed, llm.calls)).toEqual(allowed.map(() => ONCE));

  const escalations = await Promise.all(
    reviews.map(({ id }) => refunds.engine.userTask(id, 'task_manager_escalation', 60_000)),
  );
  expect(await Promise.all(reviews.map(pathOf))).toEqual(
    reviews.map(() => ({ reviews: 1, breaches: 1, escalations: 1 })),
  );
  const open = await refunds.engine.http.get<unknown[]>('/task', {
    params: { processDefinitionKey: refunds.engine.processKey },
  });
  expect(open.data).toHaveLength(REVIEWS);

  // A manager approves every other one: what was approved is paid once, and nothing else is paid.
  for (const [index, task] of escalations.entries()) {
    await refunds.engine.submitForm(task.id, { approved: index % 2 === 0 });
  }
  const ends = await Promise.all(reviews.map(({ id }) => refunds.engine.waitUntilEnded(id, 60_000)));
  expect(new Set(ends)).toEqual(new Set(['EndEvent_SLABreachHandled']));
  const paid = await Promise.all(
    reviews.map(async ({ bookingId }) => (await payments(bookingId, refunds.postgres)).length),
  );
  expect(paid).toEqual(reviews.map((_, index) => (index % 2 === 0 ? 1 : 0)));
  expect(await refunds.engine.incidents()).toEqual([]);
  expect((await worker.get('/readyz')).status).toBe(200);
}, 180_000);
