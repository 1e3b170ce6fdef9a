/**
 * The charts on the local cluster, as platform teams use them: an earlier release of the operator installed, the sample stack
 * beside it, everything upgraded under load, rolled back, and uninstalled. One story: each test goes on where the one before
 * it ended.
 */
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { buildOwnImages, importImages } from '../cluster/images.ts';
import { buildStackImages } from '../cluster/stackImages.ts';
import { backlogPath, type MetricAnswer } from '../environment/apiGet.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { waitFor } from '../support/wait.ts';
import { FROZEN_TAG, type Frozen, frozenRelease } from './frozen.ts';
import { chart, type Helm, helmOf, set } from './helm.ts';
import { type LocalVolume, localVolume } from './localVolume.ts';
import { restrictedNamespace } from './namespace.ts';
import { accountsOf, ONCE, refundsWhile, startRefund } from './refunds.ts';
import { STACK_VALUES, type Stack, stackIn } from './stack.ts';
import { storyOf } from './story.ts';

const OPERATORS = 'frwp-install-operator';
const REFUNDS = 'frwp-install';
const CRDS = 'fareruleworkerpool-crds';
const OPERATOR = 'fareruleworkerpool-operator';
/** Release of the operator's chart. Not the usual one, whose names other suites use. */
const INSTALLED = 'installed';
const ACCOUNT = `${INSTALLED}-${OPERATOR}`;
const STACK = 'ticket-refund';
const CRD = 'fareruleworkerpools.farerules.dev';
/** A database without a volume would be another one after an upgrade that changes its pod. */
const CLAIM = 'data-postgres-0';
/** Secrets that the stack makes with these values. */
const MADE = ['camunda-admin', 'camunda-worker', 'postgres', 'redis'];
/** The machine starts an engine in half a minute to two. */
const WAIT = ['--wait', '--timeout', '6m'];

const operatorValues = (values: Record<string, string | number | boolean> = {}) =>
  set({ replicas: 1, ...values });
/** The frozen chart has its CRD in a release of its own: so it stays, whoever installs the operator. */
const withoutCRDs = { 'crds.enabled': false };
const stackValues = (values: Record<string, string | number | boolean> = {}) => [
  ...STACK_VALUES,
  ...set({ 'postgresql.builtin.persistence.enabled': true }),
  ...set({ 'operator.namespace': OPERATORS, 'operator.serviceAccountName': ACCOUNT, ...values }),
];

// A cluster of somebody's own has its own images: there the charts are installed by hand.
const describeLocal = process.env.FRWP_CLUSTER === 'kubeconfig' ? describe.skip : describe;

describeLocal('the charts, installed', () => {
  let kubectl: Kubectl;
  let helm: Helm;
  let stack: Stack;
  let frozen: Frozen;
  let volume: LocalVolume;
  let password: string;
  /** UIDs of the Secrets that were made, by their names. */
  let passwords: Record<string, string>;

  const inRefunds = (...args: string[]) => kubectl(['-n', REFUNDS, ...args]);
  const release = (verb: 'install' | 'upgrade', name: string, folder: string, flags: string[]) =>
    helm([verb, name, folder, '-n', name === STACK ? REFUNDS : OPERATORS, ...WAIT, ...flags]);
  const step = storyOf();
  const image = async (selector: string) =>
    (
      await inRefunds('get', 'pods', '-l', selector, '-o', 'jsonpath={.items[*].spec.containers[0].image}')
    ).split(' ');
  const revision = async (name: string, namespace: string) => {
    const history = JSON.parse(await helm(['history', name, '-n', namespace, '-o', 'json'])) as {
      revision: number;
    }[];
    return history.at(-1)?.revision ?? 0;
  };
  const uidsOfSecrets = async () => {
    const uid = (name: string) => inRefunds('get', 'secret', name, '-o', 'jsonpath={.metadata.uid}');
    return Object.fromEntries(await Promise.all(MADE.map(async (name) => [name, await uid(name)] as const)));
  };
  const leftOfTheHook = async () => {
    const kinds = 'jobs,configmaps,serviceaccounts,roles,rolebindings,networkpolicies';
    const names = (await inRefunds('get', kinds, '-o', 'name')).split('\n');
    return names.filter((name) => name.includes('make-secrets'));
  };
  const workersAre = (tag: string) =>
    waitFor(
      `every worker to be of ${tag}`,
      async () => (await image('farerules.dev/pool')).every((name) => name.endsWith(`worker:${tag}`)),
      { timeoutMs: 180_000, everyMs: 1_000 },
    );

  beforeAll(async () => {
    kubectl = await kubectlOf(environment());
    helm = await helmOf(environment());
    stack = stackIn(kubectl, REFUNDS);
    frozen = await frozenRelease();
    // Its own, too: an environment may have been up for longer than this state of the sources.
    await importImages([...(await buildOwnImages()), ...(await buildStackImages()), ...frozen.images]);
    for (const name of [OPERATORS, REFUNDS]) {
      await restrictedNamespace(kubectl, name);
    }
    volume = await localVolume(kubectl, REFUNDS, CLAIM, '5Gi');
  }, 900_000);

  afterAll(async () => {
    // A test that failed leaves releases behind: the next run must find none.
    const uninstall = (name: string, namespace: string) =>
      helm(['uninstall', name, '-n', namespace, '--ignore-not-found', '--wait', '--timeout', '2m']);
    await cleanUp(
      () => uninstall(STACK, REFUNDS),
      () => uninstall(INSTALLED, OPERATORS),
      () => uninstall(CRDS, OPERATORS),
      () => kubectl(['delete', 'namespace', OPERATORS, REFUNDS, '--ignore-not-found', '--timeout=120s']),
      () => volume?.remove(),
    );
  }, 600_000);

  step(
    'an earlier release of the operator installs, with its CRD from a chart of its own',
    async () => {
      // Suites before this one have applied the CRD without Helm.
      await release('install', CRDS, frozen.chart(CRDS), ['--take-ownership']);
      const tag = { 'image.tag': FROZEN_TAG, 'workerImage.tag': FROZEN_TAG };
      await release('install', INSTALLED, frozen.chart(OPERATOR), operatorValues(tag));
    },
    400_000,
  );

  step(
    'an earlier sample stack installs on it with the values for two cores',
    async () => {
      await release('install', STACK, frozen.chart('ticket-refund'), stackValues());
      await inRefunds('wait', 'frwp/llm-worker', '--for=condition=Ready', '--timeout=120s');
      const ready = await inRefunds('get', 'deployment/llm-worker', '-o', 'jsonpath={.status.readyReplicas}');
      expect(Number(ready)).toBe(2);
      expect(await image('farerules.dev/pool')).toEqual(
        Array(2).fill(expect.stringMatching(`worker:${FROZEN_TAG}$`)),
      );
      password = await stack.secret('camunda-admin', 'password');
      expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
      passwords = await uidsOfSecrets();
    },
    480_000,
  );

  step(
    'the engine lets nobody in without the password that was made',
    async () => {
      const { defaults } = (await stack.engine()).http;
      const status = async (authorization?: string) =>
        (
          await fetch(`${defaults.baseURL}/external-task/count`, {
            headers: authorization ? { authorization } : {},
          })
        ).status;
      expect(await status()).toBe(401);
      expect(await status(`Basic ${btoa('demo:demo')}`)).toBe(401);
      expect(await status(`Basic ${btoa(`admin:${password}`)}`)).toBe(200);
    },
    30_000,
  );

  step(
    'helm test runs a refund to its end event',
    async () => {
      const output = await helm(['test', STACK, '-n', REFUNDS, '--logs', '--timeout', '5m']);
      expect(output).toMatch(
        /decided ALLOWED by Stand-in LLM \(not OpenAI\); ended in EndEvent_NothingToRefund/,
      );
    },
    330_000,
  );

  step(
    'an upgrade of schema, operator and workers under load loses nothing',
    async () => {
      await (await stack.llm()).settings({ latencyMs: { min: 1_500, max: 2_500 } });
      const refunds = await refundsWhile(
        stack,
        async () => {
          await release('upgrade', CRDS, await chart(CRDS), []);
          await release('upgrade', INSTALLED, await chart(OPERATOR), operatorValues(withoutCRDs));
          await workersAre('0.1.0');
        },
        { everyMs: 400, atLeast: 40 },
      );
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
    },
    600_000,
  );

  step(
    'helm test finds the upgraded operator ready, and its kind and its metrics API served',
    async () => {
      const output = await helm(['test', INSTALLED, '-n', OPERATORS, '--timeout', '3m']);
      expect(output).toMatch(/Phase:\s+Succeeded/);
    },
    240_000,
  );

  step(
    'an upgrade of the stack replaces engine and database under load, keeps the passwords and loses nothing',
    async () => {
      const before = await inRefunds('get', 'pods', '-l', 'app.kubernetes.io/component=engine', '-o', 'name');
      const refunds = await refundsWhile(
        stack,
        async () =>
          release(
            'upgrade',
            STACK,
            await chart('ticket-refund'),
            stackValues({ 'engine.slaDuration': 'PT3H' }),
          ),
        { everyMs: 500, atLeast: 20 },
      );
      const after = await inRefunds('get', 'pods', '-l', 'app.kubernetes.io/component=engine', '-o', 'name');
      expect(after).not.toEqual(before);
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
      expect(await stack.secret('camunda-admin', 'password')).toBe(password);
      // The objects themselves, not only what is in one of them.
      expect(await uidsOfSecrets()).toEqual(passwords);
      expect(await leftOfTheHook()).toEqual([]);
    },
    700_000,
  );

  step(
    'the upgraded operator counts the tasks of the upgraded pool, with the rights that its user has',
    async () => {
      // It has counted itself: a new leader has no numbers of the one before.
      const served = () => kubectl(['get', '--raw', backlogPath(REFUNDS, 'llm-worker')]);
      await waitFor('the backlog', async () => (JSON.parse(await served()) as MetricAnswer).items?.length, {
        timeoutMs: 60_000,
        everyMs: 1_000,
      });
      await inRefunds('wait', 'frwp/llm-worker', '--for=condition=EngineReachable', '--timeout=30s');
    },
    120_000,
  );

  step(
    'the process that has not changed is not deployed again',
    async () => {
      const engine = await stack.engine();
      const { data } = await engine.http.get('/process-definition/count', {
        params: { key: 'ticket-refund' },
      });
      expect(data).toEqual({ count: 1 });
    },
    30_000,
  );

  step(
    'a rollback of the operator under load loses nothing',
    async () => {
      const refunds = await refundsWhile(
        stack,
        async () => {
          // The schema with it: an operator does not know the fields of a later one.
          for (const name of [CRDS, INSTALLED]) {
            const last = await revision(name, OPERATORS);
            await helm(['rollback', name, String(last - 1), '-n', OPERATORS, ...WAIT]);
          }
          await workersAre(FROZEN_TAG);
        },
        { everyMs: 400, atLeast: 20 },
      );
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
    },
    400_000,
  );

  step(
    'a rollback of the stack works, hook included, and forth again',
    async () => {
      for (const to of ['1', '2']) {
        await helm(['rollback', STACK, to, '-n', REFUNDS, ...WAIT]);
        const refund = await startRefund(stack);
        expect(await accountsOf(stack, [refund])).toEqual([ONCE]);
        expect(await uidsOfSecrets()).toEqual(passwords);
      }
    },
    900_000,
  );

  step(
    'uninstalled, the stack leaves volume and passwords in its namespace, and nothing once they are deleted as documented',
    async () => {
      await helm(['uninstall', STACK, '-n', REFUNDS, '--wait', '--timeout', '3m']);
      expect(await uidsOfSecrets()).toEqual(passwords);
      await inRefunds('delete', 'persistentvolumeclaim', CLAIM);
      await inRefunds('delete', 'secret', '--selector', 'app.kubernetes.io/name=ticket-refund');
      const left = async () => {
        const kinds =
          'frwp,deployments,statefulsets,replicasets,jobs,pods,services,configmaps,secrets,serviceaccounts,roles,' +
          'rolebindings,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,persistentvolumeclaims';
        const names = (await inRefunds('get', kinds, '-o', 'name')).trim().split('\n').filter(Boolean);
        // Every namespace has these.
        const usual = ['serviceaccount/default', 'configmap/kube-root-ca.crt'];
        // The test's pod stays until the next test, as Helm's do, for its log.
        return names.filter((name) => !usual.includes(name) && name !== 'pod/ticket-refund-test');
      };
      await waitFor(
        'nothing to be left',
        async () => {
          const names = await left();
          if (names.length > 0) throw new Error(names.join(', '));
          return true;
        },
        { timeoutMs: 120_000, everyMs: 1_000 },
      );
    },
    360_000,
  );

  step(
    'uninstalled, the operator leaves no right, no APIService and no webhook; the CRD stays with its chart',
    async () => {
      await helm(['uninstall', INSTALLED, '-n', OPERATORS, '--wait', '--timeout', '3m']);
      const left = async () => {
        const kinds =
          'apiservices,clusterroles,clusterrolebindings,validatingwebhookconfigurations,mutatingwebhookconfigurations';
        const names = (await kubectl(['get', kinds, '-o', 'name'])).split('\n');
        const inKubeSystem = (
          await kubectl(['-n', 'kube-system', 'get', 'rolebindings', '-o', 'name'])
        ).split('\n');
        return [...names, ...inKubeSystem].filter(
          (name) => name.includes(ACCOUNT) || /external\.metrics/.test(name),
        );
      };
      await waitFor('nothing to be left', async () => (await left()).length === 0, { timeoutMs: 60_000 });
      expect(await left()).toEqual([]);
      expect(await kubectl(['get', 'crd', CRD, '-o', 'name'])).toContain(CRD);
    },
    300_000,
  );
});
