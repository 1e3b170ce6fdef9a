/** The certificate of the metrics API changes, by its age and with the leader: nobody who asks may notice. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesObject, PatchStrategy } from '@kubernetes/client-node';
import { environment } from '../environment/environment.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { asking, served, trusted } from './metricsTrust.ts';
import { freePort, METRICS_API_SERVICE, TestCluster } from './operatorHarness.ts';

/** Renewed after 20 s. */
const CERTIFICATE_SECONDS = 30;

describe('the certificate of the metrics API', () => {
  let cluster: TestCluster;
  let env: Record<string, string>;
  let operator: Awaited<ReturnType<TestCluster['startLeader']>>;

  beforeAll(async () => {
    cluster = await TestCluster.open('certificate');
    env = {
      ...(await cluster.serveMetrics()),
      METRICS_API_CERTIFICATE_SECONDS: String(CERTIFICATE_SECONDS),
    };
    operator = await cluster.startLeader(env);
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('demo', { engine: { urls: environment().engines, topic: cluster.namespace } });
    await answers();
  }, 120_000);
  afterAll(() => cluster.close(), 60_000);

  const answers = () => waitFor('a value', async () => (await cluster.backlogMetric('demo')).status === 200);

  it('is renewed in time, twice, and every question is answered meanwhile', async () => {
    const poll = asking(cluster);
    const certificates = new Set<string>();
    const bundles = new Set<string>();
    const end = performance.now() + 2 * CERTIFICATE_SECONDS * 1_000;
    while (performance.now() < end) {
      certificates.add(await served(env.METRICS_API_PORT));
      bundles.add((await trusted(cluster)).sort().join());
      await sleep(200);
    }
    const { asked, failures } = await poll.end();
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(100);
    expect(certificates.size).toBeGreaterThanOrEqual(3);
    // One alone, both, the next alone, both, …; a slow start may be in the middle of it.
    const sizes = [...bundles].map((bundle) => bundle.split(',').length);
    expect(sizes.length).toBeGreaterThanOrEqual(4);
    expect(sizes).toEqual(sizes.map((_, index) => ((sizes[0] === 1) === (index % 2 === 0) ? 1 : 2)));
  }, 120_000);

  it('is trusted again at once when somebody edits the bundle', async () => {
    const [before = ''] = await trusted(cluster);
    await cluster.edit('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE, {
      spec: { caBundle: Buffer.from('nobody').toString('base64') },
    });
    // Not only the first: the certificate may change in this moment.
    await waitFor('the bundle', async () => (await trusted(cluster)).includes(before), {
      timeoutMs: 4_000,
      everyMs: 50,
    });
    await answers();
  }, 60_000);

  it('may be another leader’s from one moment to the next', async () => {
    const port = String(await freePort());
    const standby = await cluster.startOperator({ ...env, METRICS_API_PORT: port });
    await waitFor(
      'the stand-by',
      async () => (await fetch(`http://127.0.0.1:${standby.metricsPort}/readyz`)).ok,
    );
    await waitFor('one CA', async () => (await trusted(cluster)).length === 1, { timeoutMs: 30_000 });
    const [before = ''] = await trusted(cluster);
    const poll = asking(cluster);
    operator.signal('SIGTERM');
    // Both are trusted, whichever the Service leads to.
    const both = await waitFor('both CAs', async () => {
      const found = await trusted(cluster);
      return found.length === 2 ? found : undefined;
    });
    expect(both).toContain(before);
    await leadTo(port);
    await answers();
    await waitFor('the former to be forgotten', async () => (await trusted(cluster)).length === 1, {
      timeoutMs: 30_000,
    });
    expect(await trusted(cluster)).not.toContain(before);
    const { failures } = await poll.end();
    expect(failures.filter((failure) => /x509|certificate/.test(failure))).toEqual([]);
  }, 120_000);

  /** As the leader's label does in a cluster. */
  function leadTo(port: string): Promise<KubernetesObject> {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: env.METRICS_API_SERVICE ?? '', namespace: cluster.operatorNamespace },
      ports: [{ name: 'https', port: Number(port), protocol: 'TCP' }],
    };
    const { MergePatch } = PatchStrategy;
    return cluster.objects.patch(slice, undefined, undefined, 'test', undefined, MergePatch);
  }
});
