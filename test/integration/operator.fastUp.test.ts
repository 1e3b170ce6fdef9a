/**
 * The fast way up and the way to zero: the operator writes the scale itself, and the real
 * autoscaler agrees. The pods do nothing, so that the backlog stays.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { scaleWrites } from '../soak/scaleWrites.ts';
import type { Writer } from '../soak/steps.ts';
import { endOf } from '../support/auditLog.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { IDLE_WORKER, type Live, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

/** Longer than the autoscaler's round of 15 s. */
const NEXT_SYNC = { timeoutMs: 25_000, everyMs: 200 };
/** What a user may expect of a count every half second, on a busy machine. */
const AT_ONCE = { timeoutMs: 3_000, everyMs: 20 };

describe('a backlog that jumps', () => {
  let jumped: number;
  let cluster: TestCluster;
  let proxy: FaultyProxy;
  /** For each pool a topic of its own: pools that serve the same tasks would hold each other. */
  const refunds = new Map<string, RefundProcess>();

  beforeAll(async () => {
    cluster = await TestCluster.open('fast-up');
    for (const name of ['burst', 'sleeper']) refunds.set(name, await deployRefundProcess());
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
  }, 60_000);
  afterAll(async () => {
    await cluster.close();
    await proxy.stop();
    for (const process of refunds.values()) await process.remove();
  }, 60_000);

  const create = (name: string, scaling: object) =>
    cluster.createPool(name, {
      engine: { urls: [proxy.baseURL], topic: refunds.get(name)?.topic },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, tasksPerReplica: 5, maxReplicas: 10, ...scaling },
    });
  const deployment = async (name: string) => (await cluster.get('apps/v1', 'Deployment', name)) as Live;
  const replicas = async (name: string) => (await deployment(name))?.spec.replicas;
  const hpaStatus = async (name: string) =>
    (await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', `${name}-hpa`))?.status;
  const auditLog = () => environment().auditLog ?? '';
  /** Who wrote the scale since a place in the audit log: the scale has no field managers. */
  const scaledBy = (name: string, from: number): Set<Writer> => {
    const writes = scaleWrites(
      auditLog(),
      from,
      { namespace: cluster.namespace, name },
      cluster.operatorUser,
    );
    return new Set(writes.map(({ writer }) => writer));
  };
  const startRefunds = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => refunds.get(name)?.start()));

  it('is answered at once by the number that the autoscaler would come to', async () => {
    await create('burst', { scaleDownStabilization: '0s' });
    await waitFor(
      'the autoscaler to have looked',
      async () => (await hpaStatus('burst'))?.lastScaleTime ?? (await hpaStatus('burst'))?.conditions,
      NEXT_SYNC,
    );
    jumped = endOf(auditLog());
    // They arrive within a moment, not in one instant: from any step on the way 34 are beyond the tolerance.
    await startRefunds('burst', 34);
    await waitFor('7 replicas', async () => (await replicas('burst')) === 7, AT_ONCE);
    // The log may have it a moment after the API server has answered.
    await waitFor('the write in the audit log', () => scaledBy('burst', jumped).size > 0);
    expect(scaledBy('burst', jumped)).toEqual(new Set(['operator']));
  }, 60_000);

  it('leaves nothing for the autoscaler to undo', async () => {
    await waitFor(
      'the autoscaler to agree',
      async () => (await hpaStatus('burst'))?.desiredReplicas === 7,
      NEXT_SYNC,
    );
    expect(await replicas('burst')).toBe(7);
    expect(scaledBy('burst', jumped)).toEqual(new Set(['operator']));
  }, 40_000);

  it('is told in the status, with the numbers and the signal that won', async () => {
    // Numbers are written at most every 10 s: the first that were may be those of a step on the way.
    const reason = '34 waiting and 0 in work at 5 a pod ask for 7.';
    await waitFor(reason, async () => {
      const { status } = await cluster.pool('burst');
      if (status?.scalingReason !== reason) throw new Error(status?.scalingReason);
      return true;
    });
    const { status } = await cluster.pool('burst');
    expect(status?.scaling).toMatchObject({ mode: 'Autoscaler', winner: 'backlog' });
  }, 40_000);

  it('wakes a pool from zero to the full number in one step', async () => {
    await create('sleeper', { minReplicas: 0, idle: { after: '2s' } });
    await waitFor('zero', async () => (await replicas('sleeper')) === 0, { timeoutMs: 15_000, everyMs: 100 });
    await cluster.condition('sleeper', 'ScalingActive', 'Idle');
    const seen: number[] = [];
    await startRefunds('sleeper', 23);
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
    const emptied = endOf(auditLog());
    await refunds.get('burst')?.remove();
    refunds.delete('burst');
    await waitFor('2 replicas', async () => (await replicas('burst')) === 2, {
      timeoutMs: 90_000,
      everyMs: 500,
    });
    await waitFor('the write in the audit log', () => scaledBy('burst', emptied).size > 0);
    expect(scaledBy('burst', emptied)).toEqual(new Set(['autoscaler']));
  }, 120_000);
});
