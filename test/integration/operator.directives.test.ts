/** What the operator tells real worker pods, and what they tell it of their keys. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { IDLE_WORKER, type Live, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const POOL = 'sharing';
const GOOD_KEY = 'sk-good-key-of-the-test';
const ANNOTATION = 'farerules.dev/directives';
/** Pods start, or are seen by the kubelet. */
const PATIENT = { timeoutMs: 90_000, everyMs: 250 };

describe('the workers of a pool with quotas', () => {
  let cluster: TestCluster;
  let refunds: RefundProcess;
  let llm: StandIn;

  beforeAll(async () => {
    cluster = await TestCluster.open('directives');
    refunds = await deployRefundProcess();
    llm = await startStandIn({
      host: environment().hostAddress,
      latencyMs: { min: 0, max: 5 },
      keys: [GOOD_KEY],
    });
    await cluster.startLeader();
    await cluster.secret('openai', { 'api-key': 'sk-revoked-key-of-the-test' });
    await cluster.createPool(POOL, {
      engine: { urls: environment().engines, topic: refunds.topic },
      llm: {
        credentials: [{ secretRef: { name: 'openai' } }],
        baseURL: llm.baseURL,
        quotas: [{ requestsPerMinute: 600 }],
      },
      worker: IDLE_WORKER,
      scaling: { minReplicas: 1, maxReplicas: 3, cpuUtilization: 0, scaleDownStabilization: '1s' },
    });
  }, 120_000);
  afterAll(async () => {
    await cluster.close();
    await llm.stop();
    await refunds.remove();
  }, 60_000);

  const pods = async () =>
    (await cluster.list('v1', 'Pod')).filter(
      ({ metadata }) => !(metadata as { deletionTimestamp?: unknown }).deletionTimestamp,
    );
  const told = ({ metadata }: Live) =>
    (metadata as { annotations?: Record<string, string> }).annotations?.[ANNOTATION];
  /** What the worker in the pod says that it was told last. */
  const heard = async ({ metadata: { name } }: Live) => {
    const log = await cluster.core.readNamespacedPodLog({ name, namespace: cluster.namespace });
    const lines = log.split('\n').filter((line) => line.includes('"directives_changed"'));
    return lines.length > 0 ? JSON.parse(lines.at(-1) ?? '') : undefined;
  };
  const all = (count: number) =>
    waitFor(
      `${count} pods that know of each other`,
      async () => {
        const now = await pods();
        const right = now.filter((pod) => told(pod) === JSON.stringify({ podsSharingQuota: count }));
        return now.length === count && right.length === count ? now : undefined;
      },
      PATIENT,
    );

  it('are told how many share them, and hear it in a file', async () => {
    const [pod] = await all(1);
    await waitFor(
      'the worker to hear of it',
      async () => pod && (await heard(pod))?.podsSharingQuota === 1,
      PATIENT,
    );
  }, 200_000);

  it('make room for those to come, without a restart', async () => {
    const [first] = await all(1);
    await cluster.edit('farerules.dev/v1alpha1', 'FareRuleWorkerPool', POOL, {
      spec: { scaling: { minReplicas: 3 } },
    });
    const three = await all(3);
    for (const pod of three) {
      await waitFor(
        'each to hear of the others',
        async () => (await heard(pod))?.podsSharingQuota === 3,
        PATIENT,
      );
    }
    expect(three.map(({ metadata }) => metadata.uid)).toContain(first?.metadata.uid);
  }, 200_000);

  it('are told nothing again while nothing changes', async () => {
    await all(3);
    const versions = async () =>
      (await pods()).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
    await waitFor(
      'pods at rest',
      async () => {
        const now = await versions();
        await sleep(3_000);
        return JSON.stringify(now) === JSON.stringify(await versions());
      },
      PATIENT,
    );
    const at = await versions();
    await sleep(10_000);
    expect(await versions()).toEqual(at);
  }, 120_000);

  it('make a condition of a key that the model’s API refuses, which goes when the key is replaced', async () => {
    await refunds.start();
    const { message } = await cluster.condition(POOL, 'CredentialsReady', 'LLMKeyRefused', 60_000);
    expect(message).toMatch(/^spec\.llm\.credentials\[0\]: .* key "api-key" of Secret "openai"/);
    expect(message).not.toContain('sk-revoked');
    await cluster.secret('openai', { 'api-key': GOOD_KEY });
    await cluster.condition(POOL, 'CredentialsReady', 'CredentialsFound', 120_000);
    // The kubelet renews the files of each pod in its own time: until then a pod sends what it gets to a person.
    await waitFor(
      'a decision of the model',
      async () => {
        const id = await refunds.start();
        const variables = await waitFor('an outcome', async () => {
          const seen = await refunds.engine.variables(id);
          return seen.llmReasoning ? seen : undefined;
        });
        return !variables.llmError;
      },
      { timeoutMs: 120_000, everyMs: 3_000 },
    );
  }, 360_000);
});
