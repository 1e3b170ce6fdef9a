/** Pools that fail are their owners' trouble: the pools beside them go on scaling, up and down. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FareRuleWorkerPool, PoolSpecInput } from '../../crds/src/pool.ts';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { withoutRules } from './crdWithoutRules.ts';
import { type FaultyProxy, type ProxyFault, startFaultyProxy } from './faultyProxy.ts';
import { freePort, IDLE_WORKER, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

/** After a change of its CRD the API server answers watches with 429, for seconds on a busy machine. */
const CRD_CHANGED_MS = 40_000;
/** A poll of an idle engine, and a busy machine. */
const SOON = { timeoutMs: 5_000, everyMs: 50 };
const FAULTS: ProxyFault[] = ['hang', 'serverError', 'page', 'unauthorized', 'redirect', 'loseAnswer'];

describe('a healthy pool among failing ones', () => {
  let cluster: TestCluster;
  let refunds: RefundProcess;
  /** In front of the healthy pool's engine, so that its own workers reach nothing and the tasks stay. */
  let sound: FaultyProxy;
  const faulty: FaultyProxy[] = [];

  beforeAll(async () => {
    cluster = await TestCluster.open('neighbours');
    await cluster.applyCrd(withoutRules);
    refunds = await deployRefundProcess();
    sound = await startFaultyProxy(environment().engines[0] ?? '');
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
  }, 60_000);
  afterAll(async () => {
    await cluster.close();
    await cluster.applyCrd();
    for (const proxy of [sound, ...faulty]) await proxy.stop();
    await refunds.remove();
  }, 60_000);

  const create = (name: string, url: string, spec: Partial<PoolSpecInput> = {}) =>
    cluster.createPool(name, {
      engine: { urls: [url], topic: name },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, minReplicas: 0, idle: { after: '1s' }, tasksPerReplica: 5 },
      ...spec,
    });
  const replicas = async (name: string) => (await cluster.get('apps/v1', 'Deployment', name))?.spec.replicas;

  it('goes up and down as if it were alone', async () => {
    for (const fault of FAULTS) {
      const proxy = await startFaultyProxy(environment().engines[0] ?? '');
      faulty.push(proxy);
      proxy.fail('', fault, Number.POSITIVE_INFINITY);
      await create(fault.toLowerCase(), proxy.baseURL);
    }
    await create('unreachable', `http://127.0.0.1:${await freePort()}/engine-rest`);
    await create('no-secret', sound.baseURL, { llm: { credentials: [{ secretRef: { name: 'missing' } }] } });
    await create('invalid', sound.baseURL, { scaling: { minReplicas: 9, maxReplicas: 5 } });
    await create('healthy', sound.baseURL, { engine: { urls: [sound.baseURL], topic: refunds.topic } });
    await cluster.condition('healthy', 'EngineReachable', 'Counted', CRD_CHANGED_MS);
    await waitFor('every other pool to fail', async () => (await failing()).length === FAULTS.length + 3, {
      timeoutMs: CRD_CHANGED_MS,
    });

    const started = await Promise.all(Array.from({ length: 24 }, () => refunds.start()));
    await waitFor('5 replicas', async () => (await replicas('healthy')) === 5, SOON);
    for (const id of started) await refunds.decide(id);
    await waitFor('no replicas', async () => (await replicas('healthy')) === 0, { timeoutMs: 60_000 });
    expect(await failing()).toHaveLength(FAULTS.length + 3);
  }, 240_000);

  /** Names of the pools of which one of these says False. */
  async function failing(): Promise<string[]> {
    const pools = await cluster.list('farerules.dev/v1alpha1', 'FareRuleWorkerPool');
    return (pools as unknown as FareRuleWorkerPool[])
      .filter(({ status }) =>
        status?.conditions?.some(
          ({ type, status: is, reason }) =>
            is === 'False' &&
            (['EngineReachable', 'CredentialsReady'].includes(type) || reason === 'InvalidSpec'),
        ),
      )
      .map(({ metadata }) => metadata.name);
  }
});
