/**
 * The fast way up and the way to zero: the operator writes the scale itself, and the real
 * autoscaler agrees. The pods fit nowhere, so that nothing but the scale is looked at.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { type Live, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

/** Longer than the autoscaler's round of 15 s. */
const NEXT_SYNC = { timeoutMs: 25_000, everyMs: 200 };
/** What a user may expect of a count every half second, on a busy machine. */
const AT_ONCE = { timeoutMs: 3_000, everyMs: 20 };

describe('a backlog that jumps', () => {
  let cluster: TestCluster;
  let refunds: RefundProcess;

  beforeAll(async () => {
    cluster = await TestCluster.open('fast-up');
    refunds = await deployRefundProcess();
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
  }, 60_000);
  afterAll(async () => {
    await cluster.close();
    await refunds.remove();
  }, 60_000);

  const create = (name: string, scaling: object) =>
    cluster.createPool(name, {
      engine: { urls: environment().engines, topic: refunds.topic },
      scaling: { ...poolSpec().scaling, tasksPerReplica: 5, maxReplicas: 10, ...scaling },
    });
  const deployment = async (name: string) => (await cluster.get('apps/v1', 'Deployment', name)) as Live;
  const replicas = async (name: string) => (await deployment(name))?.spec.replicas;
  const hpaStatus = async (name: string) =>
    (await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', `${name}-hpa`))?.status;
  /** Who wrote the scale last: field managers of `spec.replicas`. */
  const scaledBy = async (name: string) =>
    (
      (await deployment(name)).metadata as { managedFields?: { manager: string; fieldsV1?: object }[] }
    ).managedFields
      ?.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('"f:replicas":{}'))
      .map(({ manager }) => manager);
  const startRefunds = (count: number) => Promise.all(Array.from({ length: count }, () => refunds.start()));
  const cancelAll = async () => {
    const { data } = await refunds.engine.http.get<{ id: string }[]>('/process-instance', {
      params: { processDefinitionId: refunds.definitionId },
    });
    const ids = data.map(({ id }) => id);
    for (const id of ids) await refunds.engine.http.delete(`/process-instance/${id}`);
  };

  it('is answered at once by the number that the autoscaler would come to', async () => {
    await create('burst', { scaleDownStabilization: '0s' });
    await waitFor(
      'the autoscaler to have looked',
      async () => (await hpaStatus('burst'))?.lastScaleTime ?? (await hpaStatus('burst'))?.conditions,
      NEXT_SYNC,
    );
    await startRefunds(32);
    await waitFor('7 replicas', async () => (await replicas('burst')) === 7, AT_ONCE);
    expect(await scaledBy('burst')).toEqual(['fareruleworkerpool-operator']);
  }, 60_000);

  it('leaves nothing for the autoscaler to undo', async () => {
    await waitFor(
      'the autoscaler to agree',
      async () => (await hpaStatus('burst'))?.desiredReplicas === 7,
      NEXT_SYNC,
    );
    expect(await replicas('burst')).toBe(7);
    expect(await scaledBy('burst')).toEqual(['fareruleworkerpool-operator']);
  }, 40_000);

  it('is told in the status, with the numbers and the signal that won', async () => {
    const { status } = await cluster.pool('burst');
    expect(status?.scaling).toMatchObject({ mode: 'Autoscaler', winner: 'backlog' });
    expect(status?.scalingReason).toBe('32 waiting and 0 in work at 5 a pod ask for 7.');
  });

  it('wakes a pool from zero to the full number in one step', async () => {
    await cancelAll();
    await create('sleeper', { minReplicas: 0, idle: { after: '2s' } });
    await waitFor('zero', async () => (await replicas('sleeper')) === 0, { timeoutMs: 15_000, everyMs: 100 });
    await cluster.condition('sleeper', 'ScalingActive', 'Idle');
    const seen: number[] = [];
    await startRefunds(23);
    await waitFor(
      '5 replicas',
      async () => {
        const now = await replicas('sleeper');
        if (seen.at(-1) !== now) seen.push(now);
        return now === 5;
      },
      AT_ONCE,
    );
    // 23 tasks do not arrive in one instant: a step may be taken on the way, never one back.
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  }, 60_000);

  it('goes down by the autoscaler, not by the operator, to the fewest', async () => {
    await cancelAll();
    await waitFor('2 replicas', async () => (await replicas('burst')) === 2, {
      timeoutMs: 90_000,
      everyMs: 500,
    });
    expect(await scaledBy('burst')).toContain('kube-controller-manager');
  }, 120_000);
});
