/**
 * Metrics of engine and refunds from the real engine's history: refunds whose
 * truth is known give exactly it, through restarts, failovers, a deleted
 * history, somebody who writes the saved totals, and an engine that is away.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolSpecInput } from '../../crds/src/pool.ts';
import { long } from '../engine/client.ts';
import { query } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type ExporterFigures, exporterFigures, tellsOfEngines } from './exporterFigures.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { leads, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

type Operator = Awaited<ReturnType<TestCluster['startOperator']>>;

const ENV = { EXPORTER_INTERVAL_SECONDS: '1', EXPORTER_OVERLAP_SECONDS: '6' };

let cluster: TestCluster;
let refunds: RefundProcess;
let leader: Operator;

beforeAll(async () => {
  cluster = await TestCluster.open('exporter');
  refunds = await deployRefundProcess();
  await cluster.secret('openai', { 'api-key': 'key' });
  // What was before the exporter saw the process is not counted.
  await refunds.engine.waitUntilEnded(await refunds.decided('ALLOWED'));
  leader = await cluster.startLeader(ENV);
  await createPool('refunds');
  // The same engine and the same process: everything is to be counted once.
  await createPool('twin', { urls: [...environment().engines].reverse() });
  await told({ fareruleworkerpool_exporter_up: 1, fareruleworkerpool_exporter_pool_info: 2 });
}, 120_000);
afterAll(async () => {
  await cluster.close();
  await cluster.removeIfThere({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: savedName(), namespace: cluster.operatorNamespace },
  });
  await refunds.remove();
}, 60_000);

const savedName = () => `${cluster.leaseName}-exporter`;
const saved = () => cluster.get('v1', 'ConfigMap', savedName(), cluster.operatorNamespace);

function createPool(name: string, engine: Partial<PoolSpecInput['engine']> = {}): Promise<void> {
  return cluster.createPool(name, {
    engine: {
      urls: environment().engines,
      topic: refunds.topic,
      processDefinitionKeys: [refunds.engine.processKey],
      ...engine,
    },
    worker: { ...poolSpec().worker },
  });
}

const figures = (operator = leader): Promise<ExporterFigures> =>
  exporterFigures(operator.metricsPort, { process: refunds.engine.processKey, topic: refunds.topic });

/** Waits until the leader tells exactly these figures; the others do not matter. */
const told = (expected: Record<string, number | undefined>, timeoutMs = 20_000) =>
  waitFor(
    JSON.stringify(expected),
    async () => {
      const now = await figures();
      const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, now[key]]));
      if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error(JSON.stringify(seen));
      return now;
    },
    { timeoutMs },
  );

/** The counters alone: what must not change by what happens to the operator. */
const counters = async (): Promise<ExporterFigures> =>
  Object.fromEntries(
    Object.entries(await figures()).filter(([key]) => !/active|open|pending|exporter/.test(key)),
  );

/** Another operator leads from now on. */
async function takeOver(by: Operator): Promise<void> {
  leader = by;
  await waitFor('the other to lead', () => leads(by.metricsPort), { timeoutMs: 30_000 });
  await told({ fareruleworkerpool_exporter_up: 1 });
}

describe('refunds whose truth is known', () => {
  const ended: string[] = [];

  it('are told exactly', async () => {
    const { engine } = refunds;
    for (let n = 0; n < 5; n += 1) ended.push(await refunds.decided('ALLOWED'));
    for (let n = 0; n < 3; n += 1) ended.push(await refunds.decided('WITH_PENALTY'));
    const reviewed: string[] = [];
    for (let n = 0; n < 2; n += 1) reviewed.push(await refunds.decided('MANUAL'));
    for (const id of reviewed) {
      const task = await engine.userTask(id, 'task_manual_review');
      await engine.submitForm(task.id, { approved: false });
      ended.push(id);
    }
    const late = await refunds.decided('MANUAL', { slaDuration: 'PT1S' });
    await engine.userTask(late, 'task_manager_escalation');
    const deleted = await refunds.decided('MANUAL');
    await engine.http.delete(`/process-instance/${deleted}`);
    // The process sends what is no decision to a person.
    const unknown = await refunds.start();
    await refunds.decide(unknown, { fareRuleCheck: 'PERHAPS' });
    const failed = await refunds.start();
    const [task] = await engine.fetchAndLock(refunds.topic, 'test-worker', { maxTasks: 1 });
    await engine.http.post(`/external-task/${task?.id}/failure`, {
      workerId: 'test-worker',
      errorMessage: 'no more',
      retries: 0,
    });
    expect(task?.processInstanceId).toBe(failed);
    for (let n = 0; n < 2; n += 1) await refunds.start({ ticketPriceMinor: long(1) });
    for (const id of ended) await engine.waitUntilEnded(id);

    const now = await told({
      'camunda_process_instances_total started': 16,
      'camunda_process_instances_total completed': 10,
      'camunda_process_instances_total terminated': 1,
      'camunda_process_instances_total active': 5,
      'refund_requests_total ALLOWED': 5,
      'refund_requests_total WITH_PENALTY': 3,
      'refund_requests_total MANUAL': 4,
      'refund_requests_total OTHER': 1,
      camunda_incidents_total: 1,
      camunda_incidents_open: 1,
      camunda_external_tasks_pending: 2,
      sla_breaches_total: 1,
      manual_review_duration_seconds_count: 2,
      camunda_process_instance_duration_seconds_count: 10,
    });
    let sum = 0;
    for (const id of ended) {
      const { durationInMillis } = await engine.processInstance(id);
      sum += (durationInMillis ?? 0) / 1_000;
    }
    expect(now.camunda_process_instance_duration_seconds_sum).toBeCloseTo(sum, 3);
    expect(now.manual_review_duration_seconds_sum).toBeGreaterThan(0);
  }, 90_000);
});

describe('what is written late', () => {
  it('by a node whose clock is behind is counted', async () => {
    const { sla_breaches_total: before = 0 } = await figures();
    const key = refunds.engine.processKey;
    // The row of the timer that fired above once more: later events have been read by now.
    await query(
      refunds.postgres,
      `insert into act_hi_actinst select copy.* from act_hi_actinst t,
         lateral jsonb_populate_record(t, jsonb_build_object('id_', t.id_ || '-late')) copy
       where t.proc_def_key_ = '${key}' and t.act_id_ = 'BoundaryEvent_SLA'`,
    );
    await told({ sla_breaches_total: before + 1 });
  }, 60_000);
});

describe('another process that leads', () => {
  let follower: Operator;

  it('told nothing of an engine while it followed', async () => {
    follower = await cluster.startOperator(ENV);
    await waitFor(
      'readiness',
      async () => (await fetch(`http://127.0.0.1:${follower.metricsPort}/readyz`)).ok,
    );
    expect(await tellsOfEngines(follower.metricsPort)).toBe(false);
    expect(await tellsOfEngines(leader.metricsPort)).toBe(true);
  }, 30_000);

  it('goes on with the totals of one that was stopped, and with what happened meanwhile', async () => {
    const before = await counters();
    leader.signal('SIGTERM');
    await refunds.engine.waitUntilEnded(await refunds.decided('ALLOWED'));
    await takeOver(follower);
    await told({ 'refund_requests_total ALLOWED': (before['refund_requests_total ALLOWED'] ?? 0) + 1 });
    expect(await counters()).toEqual({
      ...before,
      'refund_requests_total ALLOWED': (before['refund_requests_total ALLOWED'] ?? 0) + 1,
      'camunda_process_instances_total started': (before['camunda_process_instances_total started'] ?? 0) + 1,
      'camunda_process_instances_total completed':
        (before['camunda_process_instances_total completed'] ?? 0) + 1,
      camunda_process_instance_duration_seconds_count:
        (before.camunda_process_instance_duration_seconds_count ?? 0) + 1,
      camunda_process_instance_duration_seconds_sum: expect.any(Number),
    });
  }, 60_000);

  it('counts what the one that was killed had counted and not saved, once', async () => {
    const before = await figures();
    const next = await cluster.startOperator(ENV);
    let started = 0;
    const load = setInterval(() => {
      started += 1;
      void refunds.decided('WITH_PENALTY');
    }, 400);
    try {
      await waitFor('some of them to be counted', async () => {
        const now = (await figures())['refund_requests_total WITH_PENALTY'] ?? 0;
        return now >= (before['refund_requests_total WITH_PENALTY'] ?? 0) + 5;
      });
      leader.signal('SIGKILL');
      await takeOver(next);
    } finally {
      clearInterval(load);
    }
    expect(started).toBeGreaterThan(20);
    await told({
      'refund_requests_total WITH_PENALTY': (before['refund_requests_total WITH_PENALTY'] ?? 0) + started,
      'camunda_process_instances_total started':
        (before['camunda_process_instances_total started'] ?? 0) + started,
      'camunda_process_instances_total completed':
        (before['camunda_process_instances_total completed'] ?? 0) + started,
    });
  }, 120_000);
});

describe('the saved totals', () => {
  it('are those of a deleted history, too', async () => {
    await savedNow();
    const before = await counters();
    const { http, processKey } = refunds.engine;
    const { data } = await http.get<{ id: string }[]>('/history/process-instance', {
      params: { processDefinitionKey: processKey, finished: true },
    });
    for (const { id } of data) await http.delete(`/history/process-instance/${id}`);
    await leader.stop();
    await takeOver(await cluster.startOperator(ENV));
    expect(await counters()).toEqual(before);
    // And still when what was deleted has been settled.
    await sleep(10_000);
    expect(await counters()).toEqual(before);
  }, 120_000);

  it('that somebody else has written are read again, and nothing is counted twice', async () => {
    const before = await counters();
    await cluster.objects.patch(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: savedName(), namespace: cluster.operatorNamespace, annotations: { edited: 'yes' } },
      } as never,
      undefined,
      undefined,
      'editor',
      undefined,
      'application/merge-patch+json' as never,
    );
    await refunds.decided('MANUAL');
    const manual = (before['refund_requests_total MANUAL'] ?? 0) + 1;
    await told({ 'refund_requests_total MANUAL': manual });
    await savedNow();
    await told({ 'refund_requests_total MANUAL': manual, fareruleworkerpool_exporter_up: 1 });
  }, 60_000);

  it('that somebody has deleted are written again', async () => {
    const before = await counters();
    await cluster.removeIfThere({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: savedName(), namespace: cluster.operatorNamespace },
    });
    await refunds.decided('MANUAL');
    await waitFor('the ConfigMap', saved, { timeoutMs: 30_000 });
    await told({ 'refund_requests_total MANUAL': (before['refund_requests_total MANUAL'] ?? 0) + 1 });
  }, 60_000);
});

describe('an engine that does not answer', () => {
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
    await cluster.remove('farerules.dev/v1alpha1', 'FareRuleWorkerPool', 'twin');
    await cluster.remove('farerules.dev/v1alpha1', 'FareRuleWorkerPool', 'refunds');
    await told({ fareruleworkerpool_exporter_up: undefined });
  }, 60_000);
  afterAll(() => proxy.stop());

  it('has no gauges but its counters, and says since when', async () => {
    await createPool('behind', { urls: [proxy.baseURL] });
    await told({ fareruleworkerpool_exporter_up: 1, 'camunda_process_instances_total started': 0 });
    await refunds.start();
    await told({ 'camunda_process_instances_total started': 1 });
    expect(Object.keys(await figures())).toContain('camunda_incidents_open');

    proxy.fail('', 'unavailable', Number.POSITIVE_INFINITY);
    await told({
      fareruleworkerpool_exporter_up: 0,
      camunda_incidents_open: undefined,
      camunda_external_tasks_pending: undefined,
      'camunda_process_instances_total active': undefined,
      'camunda_process_instances_total started': 1,
    });
    await refunds.start();
    await waitFor('age', async () => ((await figures()).fareruleworkerpool_exporter_age_seconds ?? 0) > 3);

    proxy.fail('', 'unavailable', 0);
    await told({ fareruleworkerpool_exporter_up: 1, 'camunda_process_instances_total started': 2 });
    expect(Object.keys(await figures())).toContain('camunda_external_tasks_pending');
  }, 120_000);
});

/** Waits until everything that has been counted is saved. */
async function savedNow(): Promise<void> {
  const start = performance.now();
  await waitFor('a save', async () => {
    const age = (await figures()).fareruleworkerpool_exporter_saved_seconds ?? Number.POSITIVE_INFINITY;
    return age * 1_000 < performance.now() - start;
  });
}
