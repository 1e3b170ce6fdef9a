/** Operator and workers as pods: a pool from its sample, through a load, to its deletion. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATOR_NAMESPACE } from '../cluster/controlPlane.ts';
import { runDemo } from '../demo/runDemo.ts';
import { scaleReader } from '../demo/scaleReader.ts';
import { parsePodFigures, sumFigures } from '../demo/workerMetrics.ts';
import { environment } from '../environment/environment.ts';
import { installPool, POOL_NAME, uninstallOperator } from '../environment/install.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { POOL_NAMESPACE } from '../environment/services.ts';
import { sleep, waitFor } from '../support/wait.ts';

const OWNED =
  'deployments,replicasets,pods,horizontalpodautoscalers,poddisruptionbudgets,serviceaccounts,secrets';

describe('a pool of pods', () => {
  let kubectl: Kubectl;

  beforeAll(async () => {
    kubectl = await kubectlOf(environment());
  });

  test('becomes ready from the sample', async () => {
    await installPool(environment());
    const ready = await kubectl([
      '-n',
      POOL_NAMESPACE,
      'get',
      `deployment/${POOL_NAME}`,
      '-o',
      'jsonpath={.status.readyReplicas}',
    ]);
    expect(Number(ready)).toBeGreaterThanOrEqual(1);
  }, 180_000);

  test('decides every request as the ticket table says, grows with the backlog and comes back', async () => {
    const reportDir = mkdtempSync(join(tmpdir(), 'frwp-e2e-'));
    const load = { count: 200, overMs: 40_000, burstShare: 0.6, burstMs: 5_000 };
    const result = await runDemo(environment(), {
      namespace: POOL_NAMESPACE,
      pool: POOL_NAME,
      load,
      reportDir,
    });
    expect(result.closingLine).toMatch(/^demo: 200 started, 200 decided, 200 ended/);
    expect(result.ok).toBe(true);
  }, 420_000);

  test('knows what its calls cost, also after a restart of the operator', async () => {
    const workers = scaleReader(environment().kubeconfig, POOL_NAMESPACE, POOL_NAME);
    const spending = async () => {
      const text = await kubectl([
        '-n',
        POOL_NAMESPACE,
        'get',
        'frwp',
        POOL_NAME,
        '-o',
        'jsonpath={.status.spending}',
      ]);
      return JSON.parse(text) as Record<string, number | string>;
    };
    const counted = async () =>
      sumFigures([...(await workers.workerMetrics()).values()].map(parsePodFigures));
    const before = await waitFor(
      'the status to say what the workers count',
      async () => {
        const status = await spending();
        const { costUSD } = await counted();
        if (Math.abs(Number(status.countedUSD) - costUSD) > 1e-5) throw new Error(JSON.stringify(status));
        return status;
      },
      { timeoutMs: 60_000 },
    );
    expect(Number(before.dayUSD)).toBeGreaterThan(0);

    const operators = ['-n', OPERATOR_NAMESPACE, '-l', 'app.kubernetes.io/component=operator'];
    await kubectl(['delete', 'pods', ...operators]);
    // Only the leader asks the workers, and either pod may be the leader.
    const answers = async () => {
      const names = (await kubectl(['get', 'pods', ...operators, '-o', 'name'])).trim().split('\n');
      const counts = names.map(async (name) => {
        const path = `/api/v1/namespaces/${OPERATOR_NAMESPACE}/${name.replace('pod/', 'pods/')}:9090/proxy/metrics`;
        const text = await kubectl(['get', '--raw', path]);
        return Number(/^fareruleworkerpool_worker_scrapes_total\{result="ok"\} (\d+)$/m.exec(text)?.[1] ?? 0);
      });
      return Math.max(...(await Promise.all(counts)));
    };
    // Two rounds of the pod that is left, and the time in which a status may be written.
    await waitFor('the new operator to have asked the worker', async () => (await answers()) >= 2, {
      timeoutMs: 90_000,
    });
    await sleep(11_000);
    expect(await spending()).toEqual(before);
  }, 200_000);

  test('takes everything that it owns with it when it is deleted', async () => {
    const owned = async () =>
      (
        await kubectl([
          '-n',
          POOL_NAMESPACE,
          'get',
          OWNED,
          '-l',
          `farerules.dev/pool=${POOL_NAME}`,
          '-o',
          'name',
        ])
      ).trim();
    expect(await owned()).toContain(`deployment.apps/${POOL_NAME}`);
    await kubectl(['-n', POOL_NAMESPACE, 'delete', 'frwp', POOL_NAME, '--timeout=60s']);
    await waitFor('nothing of the pool to be left', async () => (await owned()) === '', {
      timeoutMs: 120_000,
    });
  }, 200_000);

  test('leaves nothing of the operator when the manifests are deleted', async () => {
    const left = async () => {
      const kinds = ['crd', 'apiservice', 'clusterrole', 'clusterrolebinding', 'namespace'];
      const lists = await Promise.all(kinds.map((kind) => kubectl(['get', kind, '-o', 'name'])));
      return lists
        .join('')
        .split('\n')
        .filter((name) => /fareruleworkerpool|farerules|external\.metrics/.test(name));
    };
    expect(await left()).toContain('apiservice.apiregistration.k8s.io/v1beta1.external.metrics.k8s.io');
    await uninstallOperator(environment());
    await waitFor('all of it to be gone', async () => (await left()).length === 0, { timeoutMs: 60_000 });
  }, 120_000);
});
