/** Two operators as pods: the metric through a change of the leader. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATOR_NAMESPACE } from '../cluster/controlPlane.ts';
import { type ApiGet, apiGetOf, backlogPath, type MetricAnswer } from '../environment/apiGet.ts';
import { environment } from '../environment/environment.ts';
import { installOperator, installPool, POOL_NAME } from '../environment/install.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { POOL_NAMESPACE } from '../environment/services.ts';
import { sleep, waitFor } from '../support/wait.ts';

const OPERATOR = 'deployment/fareruleworkerpool-operator';
/** What the operator promises: a count is served for 5 s. The rest is for the way and for whole seconds. */
const OLDEST_MS = 5_000 + 1_500;

interface Seen {
  at: number;
  status: number;
  ageMs?: number;
}

describe('the metric through a change of the leader', () => {
  let kubectl: Kubectl;
  let get: ApiGet;

  beforeAll(async () => {
    kubectl = await kubectlOf(environment());
    get = await apiGetOf(environment());
    await installOperator(environment());
    await installPool(environment());
    await operators(2);
  }, 240_000);
  afterAll(() => operators(1), 100_000);

  const operators = async (count: number) => {
    await kubectl(['-n', OPERATOR_NAMESPACE, 'scale', OPERATOR, `--replicas=${count}`]);
    await kubectl(['-n', OPERATOR_NAMESPACE, 'rollout', 'status', OPERATOR, '--timeout=90s']);
  };
  const leader = async () => {
    const label = 'farerules.dev/leader=true';
    const names = await kubectl(['-n', OPERATOR_NAMESPACE, 'get', 'pods', '-l', label, '-o', 'name']);
    return names.trim().split('\n')[0] ?? '';
  };
  async function look(): Promise<Seen> {
    const { status, body } = await get<MetricAnswer>(backlogPath(POOL_NAMESPACE, POOL_NAME));
    const timestamp = body.items?.[0]?.timestamp;
    const at = Date.now();
    return { at, status, ...(timestamp && { ageMs: at - Date.parse(timestamp) }) };
  }

  test.each([
    ['leaves', ['--wait=false'], 10_000],
    ['is killed', ['--wait=false', '--grace-period=0', '--force'], 40_000],
  ])(
    'each answer is fresh or none, when the leader %s',
    async (_, flags, withinMs) => {
      await waitFor('a value', async () => (await look()).status === 200, { timeoutMs: 60_000 });
      const before = await leader();
      const seen: Seen[] = [];
      let watching = true;
      const watch = (async () => {
        while (watching) {
          seen.push(await look());
          await sleep(100);
        }
      })();
      await sleep(2_000);
      const start = Date.now();
      await kubectl(['-n', OPERATOR_NAMESPACE, 'delete', before, ...flags]);
      await waitFor(
        'the other to answer',
        async () => {
          const now = await leader();
          return now !== '' && now !== before && seen.at(-1)?.status === 200;
        },
        { timeoutMs: withinMs },
      );
      const took = Date.now() - start;
      await sleep(2_000);
      watching = false;
      await watch;
      const values = seen.filter(({ status }) => status === 200);
      expect(values.length).toBeGreaterThan(5);
      expect(Math.max(...values.map(({ ageMs }) => ageMs ?? Number.POSITIVE_INFINITY))).toBeLessThan(
        OLDEST_MS,
      );
      expect(seen.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      expect(took).toBeLessThan(withinMs + 5_000);
    },
    120_000,
  );
});
