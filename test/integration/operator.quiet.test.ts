import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { restartApiServer } from '../cluster/controlPlane.ts';
import { environment } from '../environment/environment.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { TestCluster } from './operatorHarness.ts';

interface AuditEvent {
  stage: string;
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; namespace?: string; subresource?: string };
  requestReceivedTimestamp: string;
}

/** Asking whether a user may do something is a POST, but it stores nothing. */
const QUESTIONS = ['subjectaccessreviews'];
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

describe('an operator whose pools do not change', () => {
  let cluster: TestCluster;
  let metricsApi: Record<string, string>;
  let operator: Awaited<ReturnType<TestCluster['startLeader']>>;

  beforeAll(async () => {
    cluster = await TestCluster.open('quiet');
    metricsApi = await cluster.serveMetrics();
    operator = await cluster.startLeader(metricsApi);
    await cluster.secret('openai', { 'api-key': 'key' });
    // A topic of its own: other suites leave tasks on the engine.
    await cluster.createPool('demo', { engine: { urls: environment().engines, topic: cluster.namespace } });
    await cluster.condition('demo', 'WorkersAvailable', 'Unschedulable');
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  const workload = async () => {
    const deployment = await cluster.get('apps/v1', 'Deployment', 'demo');
    const pods = (await cluster.list('v1', 'Pod')).map((pod) => pod.metadata.uid).sort();
    const { uid, generation } = deployment?.metadata ?? {};
    return { uid, generation, replicas: deployment?.spec.replicas, pods };
  };

  /** Writes of the operator's ServiceAccount since a moment, in the audit log's own words. */
  const writesSince = (start: Date): string[] =>
    readFileSync(environment().auditLog ?? '', 'utf8')
      .split('\n')
      .filter((line) => line.includes(cluster.operatorUser))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ stage, user }) => stage === 'ResponseComplete' && user.username === cluster.operatorUser)
      .filter(({ requestReceivedTimestamp }) => new Date(requestReceivedTimestamp) >= start)
      .filter(
        ({ verb, objectRef }) => WRITES.includes(verb) && !QUESTIONS.includes(objectRef?.resource ?? ''),
      )
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);

  it('writes nothing but its Lease in an idle minute', async () => {
    // The autoscaler's first report, 15 s after the pool was made, is still news.
    await cluster.condition('demo', 'ScalingActive', 'MetricsRead', 60_000);
    await sleep(12_000);
    const start = new Date();
    await sleep(60_000);
    const writes = writesSince(start);
    expect(writes.filter((write) => write === 'update leases').length).toBeGreaterThan(20);
    expect(writes.filter((write) => write !== 'update leases')).toEqual([]);
  }, 160_000);

  it('does not touch the workers when it is started again', async () => {
    const before = await workload();
    expect(before.pods).toHaveLength(2);
    await operator.stop();
    const start = new Date();
    operator = await cluster.startLeader(metricsApi);
    await cluster.edit('apps/v1', 'Deployment', 'demo', {
      metadata: { labels: { 'app.kubernetes.io/name': 'x' } },
    });
    await waitFor('a sign of life', async () => {
      const deployment = await cluster.get('apps/v1', 'Deployment', 'demo');
      return deployment?.metadata.labels?.['app.kubernetes.io/name'] === 'llm-worker';
    });
    expect(await workload()).toEqual(before);
    // The repair is the only write to an owned object; the registration gets the new process's certificate.
    const repairs = writesSince(start).filter(
      (write) => write !== 'update leases' && !/events|pools|apiservices/.test(write),
    );
    expect([...new Set(repairs)]).toEqual(['patch deployments']);
    // The first keeps the number of pods, which nobody has scaled yet, before the second applies all but that.
    // The news of the first may be read before that of the second: then the same is applied again, and changes nothing.
    expect(repairs.length).toBeGreaterThanOrEqual(2);
    expect(repairs.length).toBeLessThanOrEqual(3);
  }, 30_000);

  it('goes on when the API server was started again', async () => {
    const before = await workload();
    await restartApiServer();
    await cluster.remove('v1', 'Secret', 'openai');
    await waitFor(
      'the operator to see it',
      async () => {
        // Away for longer than a Lease can wait, the leader ends its process; a kubelet would start it again.
        if (!operator.alive()) operator = await cluster.startLeader(metricsApi);
        const { status } = await cluster.pool('demo');
        return status?.conditions?.some(({ reason }) => reason === 'SecretNotFound');
      },
      { timeoutMs: 60_000 },
    );
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.condition('demo', 'CredentialsReady', 'CredentialsFound');
    expect(await workload()).toEqual(before);
  }, 120_000);
});
