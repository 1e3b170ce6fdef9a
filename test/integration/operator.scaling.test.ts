import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiGetOf } from '../environment/apiGet.ts';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { METRICS_API_SERVICE as API_SERVICE, TestCluster } from './operatorHarness.ts';

const METRIC = 'camunda_external_tasks_backlog';

describe('the backlog as an external metric', () => {
  let cluster: TestCluster;
  let port: number;
  let service: string;

  beforeAll(async () => {
    cluster = await TestCluster.open('scaling');
    const env = await cluster.serveMetrics();
    port = Number(env.METRICS_API_PORT);
    service = env.METRICS_API_SERVICE ?? '';
    await cluster.startLeader(env);
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('demo', { engine: { urls: environment().engines, topic: cluster.namespace } });
    await cluster.createPool('blind', { engine: { urls: ['http://127.0.0.1:9/engine-rest'] } });
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  const metric = (pool: string) => cluster.backlogMetric(pool);

  it('is served through the API server once the operator has registered it', async () => {
    await waitFor('the APIService to be available', async () => {
      const found = await cluster.get('apiregistration.k8s.io/v1', 'APIService', API_SERVICE);
      return found?.status?.conditions?.some(
        (condition: { type: string; status: string }) =>
          condition.type === 'Available' && condition.status === 'True',
      );
    });
    const get = await apiGetOf(environment());
    expect((await get('/apis/external.metrics.k8s.io/v1beta1')).status).toBe(200);
  }, 40_000);

  it('has the value that the engine counts', async () => {
    const answer = await waitFor('a value', async () => {
      const found = await metric('demo');
      return found.status === 200 ? found : undefined;
    });
    expect(answer.body.items).toEqual([
      expect.objectContaining({
        metricName: METRIC,
        metricLabels: { 'farerules.dev/pool': 'demo' },
        value: '0',
      }),
    ]);
  });

  it('is 503, not zero, while the engine cannot be asked', async () => {
    const { status, body } = await metric('blind');
    expect(status).toBe(503);
    expect(body.message).toContain('the backlog of pool blind is unknown');
  });

  it('is read by the HorizontalPodAutoscaler', async () => {
    await cluster.condition('demo', 'ScalingActive', 'MetricsRead', 40_000);
    const hpa = await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa');
    expect(hpa?.status.currentMetrics[0].external).toMatchObject({
      metric: { name: METRIC },
      current: { averageValue: '0' },
    });
  }, 60_000);

  it('holds the replicas of a pool whose engine cannot be asked', async () => {
    await cluster.condition('blind', 'EngineReachable', 'CountFailed');
    await cluster.edit('apps/v1', 'Deployment', 'blind', { spec: { replicas: 4 } });
    await cluster.condition('blind', 'ScalingActive', 'AutoscalerInactive', 40_000);
    expect((await cluster.get('apps/v1', 'Deployment', 'blind'))?.spec.replicas).toBe(4);
  }, 60_000);

  it('is refused to who does not come through the API server', async () => {
    const { default: https } = await import('node:https');
    const status = await new Promise((resolve, reject) => {
      https
        .get(
          {
            host: '127.0.0.1',
            port,
            path: `/apis/external.metrics.k8s.io/v1beta1/namespaces/${cluster.namespace}/${METRIC}`,
            headers: { 'x-remote-user': 'system:admin', 'x-remote-group': 'system:masters' },
            // The certificate is for the Service's name; this asks past the API server on purpose.
            rejectUnauthorized: false,
          },
          (response) => resolve(response.statusCode),
        )
        .on('error', reject);
    });
    expect(status).toBe(401);
  });

  it('takes over what an installation under another name left behind', async () => {
    const left = { spec: { service: { name: 'gone', namespace: 'nowhere', port: 443 } } };
    await cluster.edit('apiregistration.k8s.io/v1', 'APIService', API_SERVICE, left);
    await waitFor(
      'our own Service',
      async () => {
        const found = await cluster.get('apiregistration.k8s.io/v1', 'APIService', API_SERVICE);
        return found?.spec.service.name === service;
      },
      { timeoutMs: 15_000 },
    );
  }, 20_000);

  it('repairs its APIService and never takes over that of another provider', async () => {
    const read = () => cluster.get('apiregistration.k8s.io/v1', 'APIService', API_SERVICE);
    await cluster.objects.delete({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: API_SERVICE },
    });
    await waitFor('a new APIService', read, { timeoutMs: 2_000 });
    const foreign = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: API_SERVICE, labels: { 'app.kubernetes.io/managed-by': 'another-provider' } },
    };
    await cluster.apply(foreign);
    await cluster.condition('demo', 'ScalingActive', 'ForeignMetricsProvider', 5_000);
    expect((await read())?.metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'another-provider',
    });
    const { status } = await cluster.condition('demo', 'ScalingActive', 'ForeignMetricsProvider');
    expect(status).toBe('True');
    // The operator scales in its place; two that scale would undo each other's steps.
    await waitFor(
      'the autoscaler to go',
      async () => !(await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa')),
      { timeoutMs: 2_000 },
    );
    const deployment = await cluster.get('apps/v1', 'Deployment', 'demo');
    expect(deployment?.spec.replicas).toBe(2);
  }, 30_000);
});
