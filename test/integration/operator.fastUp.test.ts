/**
 * The fast way up and the way to zero: the operator writes the scale itself, and the real
 * autoscaler agrees. The pods do nothing, so that the backlog stays.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { IDLE_WORKER, type Live, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

/** Longer than the autoscaler's round of 15 s. */
const NEXT_SYNC = { timeoutMs: 25_000, everyMs: 200 };
/** What a user may expect of a count every half second, on a busy machine. */
const AT_ONCE = { timeoutMs: 3_000, everyMs: 20 };

const AUTOSCALER = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';

interface ScaleEvent {
  stage: string;
  verb: string;
  user: { username: string };
  objectRef: { namespace: string; name: string };
  requestReceivedTimestamp: string;
}

describe('a backlog that jumps', () => {
  let jumped: Date;
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
  /** Who wrote the scale since a moment, by the audit log: the scale has no field managers. */
  const scaledBy = (name: string, since: Date) =>
    readFileSync(environment().auditLog ?? '', 'utf8')
      .split('\n')
      .filter((line) => line.includes('"subresource":"scale"'))
      .map((line) => JSON.parse(line) as ScaleEvent)
      .filter(
        ({ stage, verb, objectRef, requestReceivedTimestamp }) =>
          stage === 'ResponseComplete' &&
          ['patch', 'update'].includes(verb) &&
          objectRef.namespace === cluster.namespace &&
          objectRef.name === name &&
          new Date(requestReceivedTimestamp) >= since,
      )
      .map(({ user }) => user.username);
  const startRefunds = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => refunds.get(name)?.start()));

  it('is answered at once by the number that the autoscaler would come to', async () => {
    await create('burst', { scaleDownStabilization: '0s' });
    await waitFor(
      'the autoscaler to have looked',
      async () => (await hpaStatus('burst'))?.lastScaleTime ?? (await hpaStatus('burst'))?.conditions,
      NEXT_SYNC,
    );
    jumped = new Date();
    // They arrive within a moment, not in one instant: from any step on the way 34 are beyond the tolerance.
    await startRefunds('burst', 34);
    await waitFor('7 replicas', async () => (await replicas('burst')) === 7, AT_ONCE);
    const writers = scaledBy('burst', jumped);
    expect(writers.length).toBeGreaterThan(0);
    expect(new Set(writers)).toEqual(new Set([cluster.operatorUser]));
  }, 60_000);

  it('leaves nothing for the autoscaler to undo', async () => {
    await waitFor(
      'the autoscaler to agree',
      async () => (await hpaStatus('burst'))?.desiredReplicas === 7,
      NEXT_SYNC,
    );
    expect(await replicas('burst')).toBe(7);
    expect(scaledBy('burst', jumped)).not.toContain(AUTOSCALER);
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
    const emptied = new Date();
    await refunds.get('burst')?.remove();
    refunds.delete('burst');
    await waitFor('2 replicas', async () => (await replicas('burst')) === 2, {
      timeoutMs: 90_000,
      everyMs: 500,
    });
    expect(scaledBy('burst', emptied)).toEqual([AUTOSCALER]);
  }, 120_000);
});
