/**
 * Which pod goes first. Real worker pods with real tasks in work: the oldest pod, which Kubernetes by itself would
 * rather keep, is done first, while the younger ones still wait for their answers.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { endOf, textSince } from '../support/auditLog.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { IDLE_WORKER, type Live, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const COST = 'controller.kubernetes.io/pod-deletion-cost';
const POOL = 'costs';
/** Long enough for the younger pods to start and to take all that waits. */
const FIRST_MS = 75_000;
/** Longer than the test. */
const LATER_MS = 400_000;
const WINDOW_MS = 60_000;
/** Costs are written at most this long before the autoscaler's step: two of its rounds. */
const LEAD_MS = 30_000;

interface PodEvent {
  stage: string;
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; namespace?: string; name?: string };
  requestReceivedTimestamp: string;
}

/** As documented: 0 when idle, one more for every doubling. */
const bucketOf = (tasks: number) => (tasks === 0 ? 0 : Math.floor(Math.log2(tasks)) + 1);

describe('pods of which some have tasks in work', () => {
  let cluster: TestCluster;
  let llm: StandIn;
  let refunds: RefundProcess;
  let oldest = '';
  /** When so few tasks were left that they ask for a pod less: from then on the window runs. */
  let fewerSince = 0;
  let logFrom = 0;
  const younger = new Map<string, number>();

  beforeAll(async () => {
    logFrom = endOf(environment().auditLog ?? '');
    cluster = await TestCluster.open('costs');
    refunds = await deployRefundProcess();
    llm = await startStandIn({
      host: environment().hostAddress,
      latencyMs: { min: FIRST_MS, max: FIRST_MS },
    });
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool(POOL, {
      engine: { urls: environment().engines, topic: refunds.topic },
      llm: {
        credentials: [{ secretRef: { name: 'openai' } }],
        baseURL: llm.baseURL,
        timeout: `${LATER_MS + 20_000}ms`,
      },
      worker: { ...IDLE_WORKER, concurrency: 4, lockDuration: `${LATER_MS + 60_000}ms` },
      scaling: {
        minReplicas: 1,
        maxReplicas: 5,
        tasksPerReplica: 4,
        cpuUtilization: 0,
        // Calls that are slow on purpose are not to ask for pods.
        responseTime: '1h',
        scaleDownStabilization: `${WINDOW_MS}ms`,
      },
    });
    await waitFor('the first pod', async () => (await ready()).length === 1, { timeoutMs: 120_000 });
  }, 240_000);
  afterAll(async () => {
    await cluster.stopOperators();
    // They would finish what they hold, for minutes.
    await cluster.core.deleteCollectionNamespacedPod({ namespace: cluster.namespace, gracePeriodSeconds: 0 });
    await cluster.close();
    await llm.stop();
    await refunds.remove();
  }, 60_000);

  const pods = () => cluster.list('v1', 'Pod');
  const ready = async () =>
    (await pods()).filter(
      ({ metadata, status }) =>
        !(metadata as { deletionTimestamp?: unknown }).deletionTimestamp &&
        status?.conditions?.some(
          (item: { type: string; status: string }) => item.type === 'Ready' && item.status === 'True',
        ),
    );
  const start = (count: number) => Promise.all(Array.from({ length: count }, () => refunds.start()));
  /** What the pod itself says, asked as the operator asks. */
  const inFlight = async ({ status }: Live) => {
    const text = await (await fetch(`http://${status.podIP}:9090/metrics`)).text();
    return Number(/^llm_worker_tasks_in_flight(?:\{.*\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  };
  /** Writes to pods by the operator: name and time. */
  const costWrites = () =>
    textSince(environment().auditLog ?? '', logFrom)
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.includes(cluster.operatorUser) && line.includes(cluster.namespace))
      .map((line) => JSON.parse(line) as PodEvent)
      .filter(({ stage, verb, user, objectRef }) => {
        const wrote = stage === 'ResponseComplete' && ['patch', 'update'].includes(verb);
        return wrote && user.username === cluster.operatorUser && objectRef?.resource === 'pods';
      })
      .map(({ objectRef, requestReceivedTimestamp }) => ({
        pod: objectRef?.name ?? '',
        at: new Date(requestReceivedTimestamp).getTime(),
      }));

  it('are not annotated on the way up, nor while nothing changes', async () => {
    await start(4);
    await waitFor('four tasks in the first pod', async () => {
      const [first] = await ready();
      oldest = first?.metadata.name ?? '';
      return first && (await inFlight(first)) === 4;
    });
    llm.settings({ latencyMs: { min: LATER_MS, max: LATER_MS } });
    await start(10);
    await waitFor(
      'ten tasks in three younger pods',
      async () => {
        const others = (await ready()).filter(({ metadata }) => metadata.name !== oldest);
        for (const pod of others) younger.set(pod.metadata.name, await inFlight(pod));
        const held = [...younger.values()].reduce((sum, tasks) => sum + tasks, 0);
        return others.length === 3 && held === 10;
      },
      { timeoutMs: FIRST_MS, everyMs: 250 },
    );
    expect(costWrites()).toEqual([]);
    await waitFor(
      'the oldest pod to be idle',
      async () => {
        const first = (await ready()).find(({ metadata }) => metadata.name === oldest);
        if (!first) return false;
        const held = await inFlight(first);
        // With the ten of the others no more than twelve, for three pods.
        if (held <= 2 && fewerSince === 0) fewerSince = Date.now();
        return held === 0;
      },
      { timeoutMs: FIRST_MS + 10_000, everyMs: 100 },
    );
    expect(costWrites()).toEqual([]);
  }, 200_000);

  it('get what they have in work as their deletion cost, in buckets, before the step down', async () => {
    await waitFor('costs of the busy pods', () => costWrites().length >= 3, {
      timeoutMs: WINDOW_MS + LEAD_MS,
      everyMs: 100,
    });
    const all = await pods();
    // The step has not been made.
    expect((await cluster.get('apps/v1', 'Deployment', POOL))?.spec.replicas).toBe(4);
    const costs = new Map(
      all.map(({ metadata }) => [
        metadata.name,
        (metadata as { annotations?: Record<string, string> }).annotations?.[COST],
      ]),
    );
    for (const [pod, tasks] of younger) expect(costs.get(pod)).toBe(String(bucketOf(tasks)));
    expect(costs.get(oldest)).toBeUndefined();
    for (const { at } of costWrites()) expect(at - fewerSince).toBeGreaterThan(WINDOW_MS - LEAD_MS - 3_000);
  }, 150_000);

  it('keep working, when an idle one goes in their place', async () => {
    await waitFor('the step down', async () => (await ready()).length === 3, {
      timeoutMs: WINDOW_MS + LEAD_MS,
      everyMs: 200,
    });
    const left = await ready();
    expect(new Set(left.map(({ metadata }) => metadata.name))).toEqual(new Set(younger.keys()));
    for (const pod of left) expect(await inFlight(pod)).toBe(younger.get(pod.metadata.name));
  }, 150_000);

  it('are each annotated once: nothing is written again while nothing changes', async () => {
    await sleep(10_000);
    expect(
      costWrites()
        .map(({ pod }) => pod)
        .sort(),
    ).toEqual([...younger.keys()].sort());
  }, 30_000);
});
