/** What the operator learns from the real engine, and from one that dies. */
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolSpecInput } from '../../crds/src/pool.ts';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { freePort, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const METRIC = 'camunda_external_tasks_backlog';
const [WAITING, LOCKED] = [4, 2];
const TENANT = 'airline-a';

interface Answer {
  status: number;
  body: { items?: { value: string; timestamp: string }[]; message?: string };
}

let cluster: TestCluster;
let refunds: RefundProcess;
let tenantDeployment: string;

beforeAll(async () => {
  cluster = await TestCluster.open('engine');
  await cluster.startLeader(await cluster.serveMetrics());
  await cluster.secret('openai', { 'api-key': 'key' });
  refunds = await deployRefundProcess();
  for (let task = 0; task < WAITING + LOCKED; task += 1) await refunds.start();
  await refunds.engine.fetchAndLock(refunds.topic, 'test-worker', { maxTasks: LOCKED, lockMs: 600_000 });
  tenantDeployment = await deployForTenant(refunds.topic);
}, 90_000);
afterAll(async () => {
  await cluster.close();
  await refunds.engine.http.delete(`/deployment/${tenantDeployment}`, { params: { cascade: true } });
  await refunds.remove();
}, 60_000);

/** Another process on the same topic, of a tenant, with one task. */
async function deployForTenant(topic: string): Promise<string> {
  const key = `${topic}-of-tenant`;
  const bpmn = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://farerules.dev/test">
  <bpmn:process id="${key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start" />
    <bpmn:sequenceFlow id="in" sourceRef="start" targetRef="task" />
    <bpmn:serviceTask id="task" camunda:type="external" camunda:topic="${topic}" />
    <bpmn:sequenceFlow id="out" sourceRef="task" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
</bpmn:definitions>`;
  const form = new FormData();
  form.set('deployment-name', key);
  form.set('tenant-id', TENANT);
  form.set('process', new Blob([bpmn]), `${key}.bpmn`);
  const { http } = refunds.engine;
  const { data } = await http.post<{ id: string }>('/deployment/create', form);
  await http.post(`/process-definition/key/${key}/tenant-id/${TENANT}/start`, {});
  return data.id;
}

async function createPool(name: string, engine: Partial<PoolSpecInput['engine']> = {}): Promise<void> {
  const spec = poolSpec();
  await cluster.createPool(name, {
    engine: { urls: environment().engines, topic: refunds.topic, ...engine },
    // Long enough that the tasks which were locked above count as in work.
    worker: { ...spec.worker, lockDuration: '15m' },
  });
}

/** The metric of a pool, through the API server. */
async function metric(pool: string): Promise<Answer> {
  const options: Record<string, unknown> = {};
  await cluster.admin.applyToHTTPSOptions(options as never);
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${cluster.namespace}/${METRIC}`;
  const url = `${cluster.admin.getCurrentCluster()?.server}${path}?labelSelector=farerules.dev%2Fpool%3D${pool}`;
  return new Promise((resolve, reject) => {
    request(url, options as never, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        } catch (error) {
          reject(error);
        }
      });
    })
      .on('error', reject)
      .end();
  });
}

const served = (pool: string, timeoutMs = 40_000) =>
  waitFor(
    `a value of ${pool}`,
    async () => {
      const { status, body } = await metric(pool);
      if (status !== 200) throw new Error(body.message);
      return body.items?.[0];
    },
    { timeoutMs },
  );

describe('a count of the real engine', () => {
  it.each([
    ['all', {}, {}, WAITING + LOCKED + 1],
    ['of-process', 'key', 'processDefinitionKeyIn', WAITING + LOCKED],
    ['of-tenant', { tenantIds: [TENANT] }, { tenantIdIn: TENANT }, 1],
    ['of-nobody', { tenantIds: ['nobody'] }, { tenantIdIn: 'nobody' }, 0],
  ])(
    'with the filters of pool %s is what the engine reports',
    async (name, engine, query, expected) => {
      const key = refunds.engine.processKey;
      const filter = engine === 'key' ? { processDefinitionKeys: [key] } : engine;
      await createPool(name, filter as Partial<PoolSpecInput['engine']>);
      const reported = await refunds.engine.externalTaskCount({
        topicName: refunds.topic,
        ...(typeof query === 'string' ? { [query]: key } : query),
      });
      expect(reported).toBe(expected);
      expect((await served(name)).value).toBe(String(expected));
      await cluster.condition(name, 'EngineReachable', 'Counted');
      const { pendingTasks = 0, inFlightTasks = 0 } = (await cluster.pool(name)).status ?? {};
      expect(pendingTasks + inFlightTasks).toBe(expected);
    },
    60_000,
  );

  it('is served with the time at which the engine was asked', async () => {
    const before = Date.now();
    const { timestamp } = await waitFor('a count that is newer', async () => {
      const item = await served('all');
      return Date.parse(item.timestamp) >= before - 1_000 ? item : undefined;
    });
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(Date.now());
  }, 20_000);
});

describe('an engine node that dies', () => {
  let node: EngineNode | undefined;
  afterAll(() => node?.stop(), 30_000);

  it('is left for the next one without the count getting stale', async () => {
    node = await startEngine({
      address: '127.0.0.1',
      port: await freePort(),
      postgresURL: environment().postgres,
      logFile: join(environment().logs, 'engine-that-dies.log'),
    });
    await createPool('failover', { urls: [node.baseURL, ...environment().engines] });
    await served('failover');
    node.signal('SIGKILL');
    await node.exited;
    const gone = Date.now();
    // Longer than a count stays known: without failover the answer would be 503.
    for (const end = gone + 8_000; Date.now() < end; ) {
      const { status, body } = await metric('failover');
      expect({ status, message: body.message }).toEqual({ status: 200, message: undefined });
    }
    expect(Date.parse((await served('failover')).timestamp)).toBeGreaterThan(gone + 5_000);
    // A task that comes now is seen through the other node.
    await refunds.start();
    await waitFor(
      'the new task',
      async () => (await served('failover')).value === String(WAITING + LOCKED + 2),
    );
  }, 180_000);
});

describe('an engine that does not answer for more than 5 s', () => {
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
  });
  afterAll(() => proxy.stop());

  it('is unknown, never zero, says why, and recovers by itself', async () => {
    await createPool('gone', { urls: [proxy.baseURL] });
    const { value } = await served('gone');
    expect(Number(value)).toBeGreaterThan(0);
    const replicas = (await cluster.get('apps/v1', 'Deployment', 'gone'))?.spec.replicas;

    proxy.fail('', 'unavailable', Number.POSITIVE_INFINITY);
    const refused = await waitFor(
      '503',
      async () => {
        const answer = await metric('gone');
        if (answer.status === 200) expect(answer.body.items?.[0]?.value).toBe(value);
        return answer.status === 503 ? answer : undefined;
      },
      { timeoutMs: 10_000 },
    );
    expect(refused.body.message).toContain('the backlog of pool gone is unknown');
    const condition = await cluster.condition('gone', 'EngineReachable', 'CountFailed');
    expect(condition.message).toContain('answered 503');
    expect(condition.message).not.toContain('no node');
    expect((await cluster.get('apps/v1', 'Deployment', 'gone'))?.spec.replicas).toBe(replicas);
    // Another pool's engine is not affected.
    expect((await metric('all')).status).toBe(200);

    proxy.fail('', 'unavailable', 0);
    expect((await served('gone', 15_000)).value).toBe(value);
    await cluster.condition('gone', 'EngineReachable', 'Counted');
  }, 90_000);
});
