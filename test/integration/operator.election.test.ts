import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../support/wait.ts';
import { leads, TestCluster } from './operatorHarness.ts';

type Operator = Awaited<ReturnType<TestCluster['startOperator']>>;

describe('two operators', () => {
  let cluster: TestCluster;
  let operators: Operator[];

  beforeAll(async () => {
    cluster = await TestCluster.open('election');
    operators = [await cluster.startOperator(), await cluster.startOperator()];
    await Promise.all(operators.map(ready));
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  const ready = ({ metricsPort }: Operator) =>
    waitFor('readiness', async () => (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).ok);
  const leaders = async () => {
    const answers = await Promise.all(
      operators.map(async (operator) => ((await leads(operator.metricsPort)) ? [operator] : [])),
    );
    return answers.flat();
  };
  const leader = async () =>
    waitFor('a leader', async () => {
      const [first] = await leaders();
      return first;
    });
  /** Milliseconds until another one leads. */
  const failover = async (leave: (operator: Operator) => void, timeoutMs: number) => {
    const old = await leader();
    const start = performance.now();
    leave(old);
    await waitFor('the other to lead', async () => (await leaders()).some((operator) => operator !== old), {
      timeoutMs,
      everyMs: 50,
    });
    const took = performance.now() - start;
    await old.exited;
    operators = operators.filter((operator) => operator !== old);
    return took;
  };

  it('have one leader', async () => {
    await leader();
    expect(await leaders()).toHaveLength(1);
  });

  it('fail over within 2 s when the leader leaves gracefully', async () => {
    expect(await failover((operator) => operator.signal('SIGTERM'), 10_000)).toBeLessThan(2_000);
    operators.push(await cluster.startOperator());
    await Promise.all(operators.map(ready));
    expect(await leaders()).toHaveLength(1);
  }, 30_000);

  it('fail over within 17 s when the leader is killed, and not before its lease has run out', async () => {
    const took = await failover((operator) => operator.signal('SIGKILL'), 25_000);
    expect(took).toBeLessThan(17_000);
    expect(took).toBeGreaterThan(10_000);
  }, 40_000);

  it('the new leader works', async () => {
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('demo');
    await waitFor('the Deployment', () => cluster.get('apps/v1', 'Deployment', 'demo'), { timeoutMs: 2_000 });
  });

  it('a leader whose Lease was taken ends its process', async () => {
    const old = await leader();
    await cluster.objects.patch(
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: cluster.namespace, namespace: cluster.operatorNamespace },
        spec: { holderIdentity: 'somebody-else' },
      } as never,
      undefined,
      undefined,
      'test',
      undefined,
      'application/merge-patch+json' as never,
    );
    expect(await old.exited).toBe(1);
  }, 20_000);
});
