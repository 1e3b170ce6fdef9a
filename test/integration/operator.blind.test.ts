/** An engine that cannot be asked is not an engine without work. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultyProxy, type ProxyFault, startFaultyProxy } from './faultyProxy.ts';
import { IDLE_WORKER, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const STALE = { timeoutMs: 15_000, everyMs: 200 };

describe('a pool whose engine cannot be asked', () => {
  let cluster: TestCluster;
  /** A topic for each: pools that serve the same tasks would hold each other. */
  const refunds = new Map<string, RefundProcess>();
  let proxy: FaultyProxy;

  beforeAll(async () => {
    cluster = await TestCluster.open('blind');
    for (const name of ['pool', 'falling-back', 'asleep']) refunds.set(name, await deployRefundProcess());
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
    for (const name of ['pool', 'falling-back']) {
      await Promise.all(Array.from({ length: 24 }, () => refunds.get(name)?.start()));
    }
    await create('pool', {});
    await create('falling-back', { fallback: { replicas: 3, after: '6s' } });
    for (const name of ['pool', 'falling-back']) {
      await waitFor(`${name} to have 5 replicas`, async () => (await replicas(name)) === 5, STALE);
    }
  }, 90_000);
  afterAll(async () => {
    await cluster.close();
    await proxy.stop();
    for (const process of refunds.values()) await process.remove();
  }, 60_000);

  const create = (name: string, scaling: object) =>
    cluster.createPool(name, {
      engine: { urls: [proxy.baseURL], topic: refunds.get(name)?.topic },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, tasksPerReplica: 5, ...scaling },
    });
  const replicas = async (name: string) => (await cluster.get('apps/v1', 'Deployment', name))?.spec.replicas;
  const metric = (pool: string) => cluster.backlogMetric(pool);

  it.each<[ProxyFault, RegExp]>([
    ['unauthorized', /answered 401: check spec\.engine\.basicAuthSecretRef/],
    ['serverError', /answered 500/],
    ['redirect', /answered 302/],
    ['page', /did not answer with/],
    ['hang', /did not answer within/],
    ['loseAnswer', /cannot be reached \(ECONNRESET\)/],
    ['unavailable', /answered 503/],
  ])(
    'holds its replicas, says why, answers 503, and recovers by itself: %s',
    async (fault, reason) => {
      proxy.fail('', fault, Number.POSITIVE_INFINITY);
      const { message } = await cluster.condition('pool', 'EngineReachable', 'CountFailed', 15_000);
      expect(message).toMatch(reason);
      expect(message).not.toContain('tell nobody');
      await waitFor('503', async () => (await metric('pool')).status === 503, STALE);
      expect(await replicas('pool')).toBe(5);
      proxy.fail('', fault, 0);
      await cluster.condition('pool', 'EngineReachable', 'Counted', 20_000);
      await waitFor('a value', async () => (await metric('pool')).status === 200, STALE);
      expect(await replicas('pool')).toBe(5);
    },
    90_000,
  );

  it('goes to its fallback when it has been blind for long enough, and back when it sees', async () => {
    proxy.fail('', 'unavailable', Number.POSITIVE_INFINITY);
    await waitFor('the fallback', async () => (await replicas('falling-back')) === 3, { timeoutMs: 30_000 });
    const { message } = await cluster.condition('falling-back', 'ScalingActive', 'FallbackReplicas');
    expect(message).toMatch(/^Fell back to 3 pods: for more than 6 s the backlog is unknown/);
    expect(await replicas('pool')).toBe(5);
    proxy.fail('', 'unavailable', 0);
    await waitFor('5 replicas', async () => (await replicas('falling-back')) === 5, { timeoutMs: 30_000 });
  }, 90_000);

  it('leaves an idle zero for its fallback too, and only when it has been blind for long enough', async () => {
    await create('asleep', {
      minReplicas: 0,
      idle: { after: '2s' },
      // Long enough for the condition to be seen before it, on a busy machine.
      fallback: { replicas: 3, after: '20s' },
    });
    await waitFor('zero', async () => (await replicas('asleep')) === 0, STALE);
    await cluster.condition('asleep', 'ScalingActive', 'Idle');
    proxy.fail('', 'unavailable', Number.POSITIVE_INFINITY);
    await cluster.condition('asleep', 'EngineReachable', 'CountFailed', 15_000);
    expect(await replicas('asleep')).toBe(0);
    await waitFor('the fallback', async () => (await replicas('asleep')) === 3, { timeoutMs: 60_000 });
    await cluster.condition('asleep', 'ScalingActive', 'FallbackReplicas');
    proxy.fail('', 'unavailable', 0);
    // There is no work to be seen again: back to sleep.
    await waitFor('zero again', async () => (await replicas('asleep')) === 0, { timeoutMs: 60_000 });
    await cluster.condition('asleep', 'ScalingActive', 'Idle');
  }, 200_000);
});
