import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolSpecInput } from '../../crds/src/pool.ts';
import { environment } from '../environment/environment.ts';
import { poolSpec, TestCluster } from './operatorHarness.ts';

/** Pods that cannot start have to show up this fast. */
const SHOWN_MS = 10_000;

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
