/** Others who scale, pause, or serve the same tasks: the operator stands back and says so. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { IDLE_WORKER, METRICS_API_SERVICE, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const SOON = { timeoutMs: 4_000, everyMs: 50 };

describe('a pool among others', () => {
  let cluster: TestCluster;
  let proxy: FaultyProxy;
  let refunds: RefundProcess;

  beforeAll(async () => {
    cluster = await TestCluster.open('others');
    refunds = await deployRefundProcess();
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
    await create('older');
    await waitFor('the older one', () => cluster.get('apps/v1', 'Deployment', 'older'), SOON);
    await Promise.all(Array.from({ length: 24 }, () => refunds.start()));
    await waitFor('6 replicas', async () => (await replicas('older')) === 5, { timeoutMs: 10_000 });
  }, 90_000);
  afterAll(async () => {
    await cluster.close();
    await proxy.stop();
    await refunds.remove();
  }, 60_000);

  const create = (name: string, scaling: object = {}) =>
    cluster.createPool(name, {
      engine: { urls: [proxy.baseURL], topic: refunds.topic },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, tasksPerReplica: 5, ...scaling },
    });
  const replicas = async (name: string) => (await cluster.get('apps/v1', 'Deployment', name))?.spec.replicas;
  const hpa = (name: string) => cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', name);
  const scale = (name: string, count: number) =>
    cluster.edit('apps/v1', 'Deployment', name, { spec: { replicas: count } });

  it('holds where an older one serves the same tasks, and both say so', async () => {
    await create('younger');
    const { message } = await cluster.condition('younger', 'ScalingActive', 'OverlapsOlderPool');
    expect(message).toContain(`Pool ${cluster.namespace}/older is older and serves the same tasks`);
    await cluster.condition('older', 'ScalingActive', 'OverlapsYoungerPool');
    expect(await replicas('younger')).toBe(2);
    await cluster.remove('farerules.dev/v1alpha1', 'FareRuleWorkerPool', 'older');
    // With the older one gone the younger serves them.
    await waitFor('the younger one to scale', async () => (await replicas('younger')) === 5, SOON);
  }, 40_000);

  it('stands back from an autoscaler of somebody else, and goes on when that has gone', async () => {
    await cluster.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'theirs', namespace: cluster.namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'younger' },
        minReplicas: 1,
        maxReplicas: 3,
      },
    } as never);
    const { message } = await cluster.condition('younger', 'ScalingActive', 'ForeignScaler');
    expect(message).toContain('HorizontalPodAutoscaler theirs scales the Deployment, which is left to it');
    await waitFor('our own autoscaler to go', async () => (await hpa('younger-hpa')) === undefined, SOON);
    await scale('younger', 3);
    await cluster.remove('autoscaling/v2', 'HorizontalPodAutoscaler', 'theirs');
    await waitFor('our own again', () => hpa('younger-hpa'), SOON);
    await waitFor('5 replicas', async () => (await replicas('younger')) === 5, SOON);
  }, 40_000);

  it.each([
    ['farerules.dev/paused', 'true'],
    ['farerules.dev/paused-scale-out', 'true'],
  ])(
    'adds no pod while the annotation %s is there',
    async (annotation, value) => {
      await cluster.edit('farerules.dev/v1alpha1', 'FareRuleWorkerPool', 'younger', {
        metadata: { annotations: { [annotation]: value } },
      });
      await cluster.condition('younger', 'ScalingActive', 'Paused');
      await scale('younger', 3);
      // Several counts of the engine later it is still what a person made it.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(await replicas('younger')).toBe(3);
      await cluster.edit('farerules.dev/v1alpha1', 'FareRuleWorkerPool', 'younger', {
        metadata: { annotations: { [annotation]: null } },
      } as never);
      await waitFor('5 replicas', async () => (await replicas('younger')) === 5, SOON);
    },
    40_000,
  );

  it('scales in direct mode, up and down, while another provider owns the metrics API', async () => {
    await cluster.apply({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: METRICS_API_SERVICE, labels: { 'app.kubernetes.io/managed-by': 'another-provider' } },
    });
    const { message } = await cluster.condition('younger', 'ScalingActive', 'ForeignMetricsProvider');
    expect(message).toContain('the operator writes the number of pods itself');
    await waitFor('our own autoscaler to go', async () => (await hpa('younger-hpa')) === undefined, SOON);
    await create('younger', { tasksPerReplica: 8, scaleDownStabilization: '0s' });
    await waitFor('3 replicas', async () => (await replicas('younger')) === 3, { timeoutMs: 30_000 });
    await create('younger', { tasksPerReplica: 6, scaleDownStabilization: '0s' });
    await waitFor('4 replicas', async () => (await replicas('younger')) === 4, SOON);
    const theirs = await cluster.get('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE);
    expect(theirs?.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'another-provider' });
  }, 60_000);
});
