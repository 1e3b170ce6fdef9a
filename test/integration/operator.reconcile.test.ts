import { readFileSync } from 'node:fs';
import type { PoolSpecInput } from '@farerules/crds/pool';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningProcess } from '../support/process.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type Live, poolSpec, TestCluster } from './operatorHarness.ts';

/** What the operator promises for repairs. */
const REPAIR = { timeoutMs: 2_000, everyMs: 50 };
const OWNED = [
  ['v1', 'ServiceAccount', 'demo'],
  ['apps/v1', 'Deployment', 'demo'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa'],
  ['policy/v1', 'PodDisruptionBudget', 'demo'],
] as const;

/** The values that the suite's Secrets had, plain and as the API server hands them out. */
const SECRET_VALUES = new RegExp(
  ['first-key', 'second-key'].flatMap((value) => [value, btoa(value)]).join('|'),
);

describe('an operator on a real API server', () => {
  let cluster: TestCluster;
  let operator: RunningProcess;

  beforeAll(async () => {
    cluster = await TestCluster.open('reconcile');
    operator = await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'first-key' });
    await create('demo');
    await waitFor('the autoscaler', () =>
      cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa'),
    );
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  /** Without an engine nobody scales: these tests are of the objects. */
  const create = (name: string, spec: Partial<PoolSpecInput> = {}) =>
    cluster.createPool(name, { engine: { urls: ['http://127.0.0.1:9/engine-rest'] }, ...spec });
  const deployment = async () => (await cluster.get('apps/v1', 'Deployment', 'demo')) as Live;

  it.each(OWNED)('makes %s %s %s, controlled by the pool', async (apiVersion, kind, name) => {
    const object = await cluster.get(apiVersion, kind, name);
    const { metadata } = await cluster.pool('demo');
    expect(object?.metadata.ownerReferences).toEqual([
      expect.objectContaining({ uid: metadata.uid, controller: true, blockOwnerDeletion: true }),
    ]);
  });

  it('starts with the fewest pods', async () => {
    await waitFor('2 replicas', async () => (await deployment()).spec.replicas === 2, REPAIR);
  });

  it('mounts the Secret itself under the name that the worker reads, and makes none of its own', async () => {
    const items = [{ key: 'api-key', path: 'llm-0' }];
    expect((await deployment()).spec.template.spec.volumes[0].projected.sources).toEqual([
      { secret: { name: 'openai', items } },
    ]);
    expect((await cluster.list('v1', 'Secret')).map(({ metadata }) => metadata.name)).toEqual(['openai']);
  });

  it.each(OWNED)('makes a deleted %s %s %s again within 2 s', async (apiVersion, kind, name) => {
    const before = await cluster.get(apiVersion, kind, name);
    await cluster.remove(apiVersion, kind, name);
    await waitFor(
      'a new one',
      async () => {
        const uid = (await cluster.get(apiVersion, kind, name))?.metadata.uid;
        return uid !== undefined && uid !== before?.metadata.uid;
      },
      REPAIR,
    );
  });

  it.each([
    [
      'apps/v1',
      'Deployment',
      'demo',
      { spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } } },
      'spec.template.spec.terminationGracePeriodSeconds',
    ],
    [
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      'demo-hpa',
      { spec: { maxReplicas: 99 } },
      'spec.maxReplicas',
    ],
    ['policy/v1', 'PodDisruptionBudget', 'demo', { spec: { maxUnavailable: 7 } }, 'spec.maxUnavailable'],
    ['v1', 'ServiceAccount', 'demo', { automountServiceAccountToken: true }, 'automountServiceAccountToken'],
    [
      'apps/v1',
      'Deployment',
      'demo',
      { metadata: { labels: { 'app.kubernetes.io/managed-by': 'me' } } },
      'metadata.labels',
    ],
  ] as const)('repairs an edited %s %s %s within 2 s: %j', async (apiVersion, kind, name, patch, field) => {
    const at = (object: Live | undefined) =>
      JSON.stringify(
        field
          .split('.')
          .reduce<Record<string, never> | undefined>((value, step) => value?.[step], object as never),
      );
    const read = async () => at(await cluster.get(apiVersion, kind, name));
    const before = await read();
    // The answer to the edit: a moment later it may be repaired already.
    expect(at(await cluster.edit(apiVersion, kind, name, patch))).not.toBe(before);
    await waitFor('the old value', async () => (await read()) === before, REPAIR);
  });

  it('leaves the replicas to whoever scales, also when it applies the Deployment again', async () => {
    await cluster.edit('apps/v1', 'Deployment', 'demo', { spec: { replicas: 4 } });
    await cluster.edit('apps/v1', 'Deployment', 'demo', {
      spec: { template: { spec: { terminationGracePeriodSeconds: 2 } } },
    });
    await waitFor(
      'the repair',
      async () => (await deployment()).spec.template.spec.terminationGracePeriodSeconds === 45,
      REPAIR,
    );
    expect((await deployment()).spec.replicas).toBe(4);
  });

  it('leaves alone what others add', async () => {
    await cluster.edit('apps/v1', 'Deployment', 'demo', {
      metadata: { annotations: { 'example.com/note': 'kept' } },
    });
    await cluster.edit('apps/v1', 'Deployment', 'demo', {
      spec: { template: { spec: { terminationGracePeriodSeconds: 3 } } },
    });
    await waitFor(
      'the repair',
      async () => (await deployment()).spec.template.spec.terminationGracePeriodSeconds === 45,
      REPAIR,
    );
    expect((await deployment()).metadata.annotations).toMatchObject({ 'example.com/note': 'kept' });
  });

  it('takes a field away that the pool no longer asks for', async () => {
    await create('demo', { worker: { ...poolSpec().worker, podAnnotations: { extra: 'yes' } } });
    const annotations = async () => (await deployment()).spec.template.metadata.annotations;
    await waitFor('the annotation', async () => (await annotations()).extra === 'yes', REPAIR);
    await create('demo');
    await waitFor('it to go', async () => (await annotations()).extra === undefined, REPAIR);
  });

  it('leaves a rotated key to the kubelet and rolls no pods', async () => {
    const before = await deployment();
    await cluster.secret('openai', { 'api-key': 'second-key' });
    await sleep(REPAIR.timeoutMs);
    expect((await deployment()).metadata.generation).toBe(before.metadata.generation);
  });

  it('never writes a secret value into status, events or its log', async () => {
    const { status } = await cluster.pool('demo');
    const events = await cluster.list('events.k8s.io/v1', 'Event');
    expect(events.length).toBeGreaterThan(0);
    const log = readFileSync(operator.logFile, 'utf8');
    expect(log).toContain('"wrote"');
    expect(JSON.stringify([status, events, log])).not.toMatch(SECRET_VALUES);
  });

  it('leaves an object of somebody else alone and says NameConflict', async () => {
    const foreign = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'taken', namespace: cluster.namespace },
    };
    await cluster.apply(foreign);
    const before = await cluster.get('v1', 'ServiceAccount', 'taken');
    await create('taken');
    const { message } = await cluster.condition('taken', 'Ready', 'NameConflict');
    expect(message).toContain(`ServiceAccount ${cluster.namespace}/taken is there already`);
    expect((await cluster.get('v1', 'ServiceAccount', 'taken'))?.metadata.resourceVersion).toBe(
      before?.metadata.resourceVersion,
    );
  });

  it('goes on when the conflict has gone', async () => {
    await cluster.remove('v1', 'ServiceAccount', 'taken');
    await waitFor(
      'our own',
      async () => (await cluster.get('v1', 'ServiceAccount', 'taken'))?.metadata.ownerReferences,
      { timeoutMs: 15_000 },
    );
  }, 20_000);

  it('names the field and the remedy for a missing Secret and a missing key, and goes on when they come', async () => {
    await create('lacking', {
      llm: { credentials: [{ secretRef: { name: 'absent', key: 'token' } }] },
    });
    expect((await cluster.condition('lacking', 'CredentialsReady', 'SecretNotFound')).message).toMatch(
      /^spec\.llm\.credentials\[0\]\.secretRef: there is no Secret "absent".*kubectl create secret generic absent/,
    );
    await cluster.secret('absent', { other: 'x' });
    expect(
      (await cluster.condition('lacking', 'CredentialsReady', 'SecretKeyNotFound', 2_000)).message,
    ).toContain('has no key "token"');
    await cluster.secret('absent', { token: 'x' });
    await cluster.condition('lacking', 'CredentialsReady', 'CredentialsFound', 2_000);
    await waitFor('the Deployment', () => cluster.get('apps/v1', 'Deployment', 'lacking'), REPAIR);
  }, 20_000);

  it('lets the autoscaler use CPU exactly while the cluster serves resource metrics', async () => {
    const metricTypes = async () => {
      const hpa = await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'cpu-hpa');
      return hpa?.spec.metrics.map(({ type }: { type: string }) => type).join();
    };
    await create('cpu', { scaling: { ...poolSpec().scaling, cpuUtilization: 70 } });
    await waitFor('a backlog metric', async () => (await metricTypes()) === 'External', REPAIR);
    const service = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' };
    const name = 'v1beta1.metrics.k8s.io';
    // Registered only: whether its values can be read is the autoscaler's business.
    const spec = {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
    };
    await cluster.apply({ ...service, metadata: { name }, spec } as never);
    try {
      await waitFor('both', async () => (await metricTypes()) === 'External,Resource', REPAIR);
    } finally {
      await cluster.remove(service.apiVersion, service.kind, name);
    }
    await waitFor('CPU to go', async () => (await metricTypes()) === 'External', REPAIR);
  });

  it('counts a condition for the generation that it saw', async () => {
    const pool = await cluster.pool('demo');
    await create('demo', { scaling: { ...poolSpec().scaling, maxReplicas: 6 } });
    await waitFor(
      'the new generation',
      async () => {
        const { metadata, status } = await cluster.pool('demo');
        return (
          metadata.generation > pool.metadata.generation &&
          status?.observedGeneration === metadata.generation &&
          status.conditions?.every(({ observedGeneration }) => observedGeneration === metadata.generation)
        );
      },
      REPAIR,
    );
  });
});
