import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolSpecInput } from '../../crds/src/pool.ts';
import { environment } from '../environment/environment.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { IDLE_WORKER, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

/** Pods that cannot start have to show up this fast. */
const SHOWN_MS = 10_000;
/** Longer than the autoscaler's round of 15 s: it has to keep to the number as well. */
const NEXT_SYNC_MS = 17_000;

describe('workers that cannot start show up in WorkersAvailable within 10 s', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.open('pods');
    await cluster.startLeader();
    await cluster.secret('openai', { 'api-key': 'key' });
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  const worker = (overrides: PoolSpecInput['worker']): Partial<PoolSpecInput> => ({
    worker: { resources: { requests: { cpu: '1m', memory: '16Mi' } }, ...overrides },
    scaling: { ...poolSpec().scaling, minReplicas: 1 },
  });

  it('when no node takes the pod', async () => {
    await cluster.createPool('nowhere');
    const { message } = await cluster.condition('nowhere', 'WorkersAvailable', 'Unschedulable', SHOWN_MS);
    expect(message).toMatch(/^\d of \d pods: No node takes the pod: 0\/\d+ nodes are available/);
  }, 20_000);

  it('when there is no image', async () => {
    await cluster.createPool(
      'imageless',
      worker({ image: 'localhost/no-such-image:1', imagePullPolicy: 'Never' }),
    );
    const { message } = await cluster.condition(
      'imageless',
      'WorkersAvailable',
      'ImageUnavailable',
      SHOWN_MS,
    );
    expect(message).toContain('check "localhost/no-such-image:1", spec.worker.image and imagePullSecrets');
  }, 20_000);

  it('when the container ends again and again', async () => {
    // The operator's own image ends at once: it has no configuration there.
    await cluster.createPool(
      'crashing',
      worker({ image: environment().images.operator, imagePullPolicy: 'Never' }),
    );
    const { message } = await cluster.condition('crashing', 'WorkersAvailable', 'CrashLoop', SHOWN_MS);
    expect(message).toContain('ended with exit code 1');
  }, 20_000);

  it('when a quota refuses the pods', async () => {
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'no-more-pods', namespace: cluster.namespace },
      spec: { hard: { pods: '0' } },
    } as never);
    await cluster.createPool('refused', worker({}));
    const { message } = await cluster.condition('refused', 'WorkersAvailable', 'PodsRefused', SHOWN_MS);
    expect(message).toContain('exceeded quota: no-more-pods');
  }, 20_000);
});

describe('a pool whose new pods do not start is not raised', () => {
  let cluster: TestCluster;
  let proxy: FaultyProxy;
  /** A topic for each: pools that serve the same tasks would hold each other. */
  const refunds = new Map<string, RefundProcess>();

  beforeAll(async () => {
    cluster = await TestCluster.open('pods-held');
    for (const name of ['crashing', 'nowhere']) refunds.set(name, await deployRefundProcess());
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
  }, 60_000);
  afterAll(async () => {
    await cluster.close();
    await proxy.stop();
    for (const process of refunds.values()) await process.remove();
  }, 60_000);

  const create = (name: string, worker: PoolSpecInput['worker']) =>
    cluster.createPool(name, {
      engine: { urls: [proxy.baseURL], topic: refunds.get(name)?.topic },
      worker: { ...IDLE_WORKER, ...worker },
      scaling: { ...poolSpec().scaling, minReplicas: 1, tasksPerReplica: 5 },
    });
  const replicas = async (name: string) => (await cluster.get('apps/v1', 'Deployment', name))?.spec.replicas;

  it.each<[string, string, string, PoolSpecInput['worker'], PoolSpecInput['worker']]>([
    [
      'because they crash',
      'crashing',
      'CrashLoop',
      { image: environment().images.operator, imagePullPolicy: 'Never' },
      { image: environment().images.worker },
    ],
    [
      'because no node takes them',
      'nowhere',
      'Unschedulable',
      { podSpec: { nodeSelector: { 'test/no-such-node': 'true' } } },
      { podSpec: { nodeSelector: null as never } },
    ],
  ])(
    '%s, and says so with the numbers; mended, it is raised at once',
    async (_, name, problem, worker, mended) => {
      await create(name, worker);
      await cluster.condition(name, 'WorkersAvailable', problem, 60_000);
      await cluster.condition(name, 'ScalingActive', 'MetricsRead', 60_000);
      await Promise.all(Array.from({ length: 23 }, () => refunds.get(name)?.start()));
      await waitFor('all of the backlog to be counted', async () => {
        const { status } = await cluster.pool(name);
        if (!status?.scalingReason?.startsWith('23 waiting')) throw new Error(status?.scalingReason);
        return true;
      });
      const limited = await cluster.condition(name, 'ScalingLimited', 'PodsFailing');
      expect(limited).toMatchObject({
        status: 'True',
        message: `23 waiting and 0 in work at 5 a pod ask for 5, held at 1: new pods do not start (${problem}).`,
      });
      const seen = new Set<number>();
      for (const end = Date.now() + NEXT_SYNC_MS; Date.now() < end; await sleep(100)) {
        seen.add(await replicas(name));
      }
      expect([...seen]).toEqual([1]);
      await cluster.edit('farerules.dev/v1alpha1', 'FareRuleWorkerPool', name, { spec: { worker: mended } });
      await waitFor('5 replicas', async () => (await replicas(name)) === 5, { timeoutMs: 60_000 });
      await cluster.condition(name, 'ScalingLimited', 'WithinLimits');
    },
    300_000,
  );
});
