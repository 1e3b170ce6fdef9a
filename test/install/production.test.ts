/**
 * The production picture: the kind by the chart of its own, operator and stack with their values-production.yaml, two operators,
 * three engine nodes, PostgreSQL as a CloudNativePG cluster of three instances with one synchronous standby. CloudNativePG's
 * operator is the real one, its PostgreSQL image a stand-in from Debian's packages; Redis is a process of this suite, the model
 * the STAND-IN. PodMonitor and PrometheusRule go by the Prometheus operator's own definitions, of release 0.85.0. What the
 * machine forces is in values-production-{operator,stack}.yaml. One story, as in install.test.ts.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type CloudNativePg, cloudNativePg } from '../cluster/cloudNativePg.ts';
import { buildOwnImages, importImages } from '../cluster/images.ts';
import { installPrometheusKinds, removePrometheusKinds } from '../cluster/prometheusKinds.ts';
import { buildStackImages } from '../cluster/stackImages.ts';
import { query } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { freePort } from '../integration/workerHarness.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { ROOT } from '../support/paths.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type CnpgStack, cnpgStackIn } from './cnpgStack.ts';
import { chart, type Helm, helmOf, set } from './helm.ts';
import { type LocalVolume, localVolume } from './localVolume.ts';
import { restrictedNamespace } from './namespace.ts';
import { accountsOf, ONCE, refundsWhile } from './refunds.ts';
import { storyOf } from './story.ts';

const CRDS = 'fareruleworkerpool-crds';
const OPERATOR = 'fareruleworkerpool-operator';
const OPERATORS = 'production-operator';
const STACK = 'ticket-refund';
const REFUNDS = 'refunds-in-production';
const INSTANCES = ['postgres-1', 'postgres-2', 'postgres-3'];
const valuesOf = (name: string, ...local: string[]) =>
  [`charts/${name}/values-production.yaml`, ...local.map((file) => `test/install/${file}`)].flatMap(
    (file) => ['-f', join(ROOT, file)],
  );

// A cluster of somebody's own has its own images: there the charts are installed by hand.
const describeLocal = process.env.FRWP_CLUSTER === 'kubeconfig' ? describe.skip : describe;

describeLocal('the charts with their values for production', () => {
  let kubectl: Kubectl;
  let helm: Helm;
  let stack: CnpgStack;
  let cnpg: CloudNativePg;
  let redis: RunningProcess;
  let redisURL: string;
  const volumes: LocalVolume[] = [];
  const step = storyOf();

  const inRefunds = (...args: string[]) => kubectl(['-n', REFUNDS, ...args]);
  const field = (kind: string, path: string) => inRefunds('get', kind, '-o', `jsonpath={${path}}`);
  const stackValues = () => [
    ...valuesOf(STACK, 'values-local.yaml', 'values-two-cores.yaml', 'values-production-stack.yaml'),
    ...set({ 'redis.external.url': redisURL }),
  ];
  const uninstall = (name: string, namespace: string) =>
    helm(['uninstall', name, '-n', namespace, '--ignore-not-found', '--wait', '--timeout', '3m']);
  const instancesReady = (timeoutMs: number) =>
    waitFor(
      'three instances',
      async () => {
        const status = await stack.cluster();
        if (status.readyInstances !== 3 || status.currentPrimary !== status.targetPrimary) {
          throw new Error(JSON.stringify(status));
        }
        return true;
      },
      { timeoutMs, everyMs: 2_000 },
    );

  beforeAll(async () => {
    const { hostAddress, logs } = environment();
    kubectl = await kubectlOf(environment());
    helm = await helmOf(environment());
    stack = cnpgStackIn(kubectl, REFUNDS);
    cnpg = await cloudNativePg();
    await importImages([...(await buildOwnImages()), ...(await buildStackImages()), ...cnpg.images]);
    await cnpg.install(kubectl);
    await installPrometheusKinds(kubectl);
    for (const name of [OPERATORS, REFUNDS]) {
      await restrictedNamespace(kubectl, name);
    }
    for (const claim of INSTANCES) volumes.push(await localVolume(kubectl, REFUNDS, claim, '20Gi'));
    const port = await freePort();
    redisURL = `redis://${hostAddress}:${port}/0`;
    redis = await startProcess({
      name: 'redis',
      command: 'redis-server',
      args: ['--bind', hostAddress, '--port', String(port), '--requirepass', 'of-redis', '--save', ''],
      logFile: join(logs, 'redis-of-production.log'),
    });
    // What the values name and the charts do not make.
    for (const [name, literal] of [
      ['openai-credentials', 'api-key=sk-stand-in'],
      ['redis-credentials', 'password=of-redis'],
    ] as const) {
      await inRefunds('create', 'secret', 'generic', name, `--from-literal=${literal}`);
    }
  }, 900_000);

  afterAll(async () => {
    await cleanUp(
      () => redis?.stop(),
      () => uninstall(STACK, REFUNDS),
      () => uninstall(OPERATOR, OPERATORS),
      () => uninstall(CRDS, OPERATORS),
      // Where a step has failed it may still be there, with an instance that waits for what does not come.
      () => stack?.removeCluster().catch(() => undefined),
      () => inRefunds('delete', 'pods', '-l', 'cnpg.io/cluster=postgres', '--grace-period=1'),
      () => kubectl(['delete', 'namespace', OPERATORS, REFUNDS, '--ignore-not-found', '--timeout=120s']),
      () => cnpg?.remove(kubectl),
      () => removePrometheusKinds(kubectl),
      ...volumes.map((volume) => () => volume.remove()),
    );
  }, 900_000);

  step(
    'CloudNativePG takes the Cluster and the ScheduledBackup of the example',
    async () => {
      const folder = join(ROOT, 'examples/cnpg');
      const flags = ['-n', REFUNDS, '--kube-version', '1.34.4', '-s', 'templates/postgresql/cnpg.yaml'];
      const example = ['-f', join(folder, 'backup.yaml')];
      const rendered = await helm(['template', STACK, await chart(STACK), ...flags, ...example]);
      const check = ['-n', REFUNDS, 'apply', '--dry-run=server', '--validate=strict', '-f'];
      await kubectl([...check, '-'], rendered);
      await kubectl([...check, join(folder, 'scheduled-backup.yaml')]);
    },
    60_000,
  );

  step(
    'two operators install, with a monitor that the Prometheus operator’s definition takes',
    async () => {
      // Suites before this one have applied the kind without Helm.
      const flags = ['-n', OPERATORS, '--take-ownership', '--wait', '--timeout', '5m'];
      await helm(['install', CRDS, await chart(CRDS), ...flags]);
      const values = valuesOf(OPERATOR, 'values-production-operator.yaml');
      const settings = [...values, ...set({ 'crds.enabled': false })];
      await helm(['install', OPERATOR, await chart(OPERATOR), ...flags, ...settings]);
      const ready = `deployment/${OPERATOR}`;
      const path = 'jsonpath={.status.readyReplicas}';
      expect(await kubectl(['-n', OPERATORS, 'get', ready, '-o', path])).toBe('2');
      expect(await kubectl(['-n', OPERATORS, 'get', 'podmonitors', '-o', 'name'])).not.toBe('');
    },
    360_000,
  );

  step(
    'the stack installs: three engine nodes on three instances, one of them a standby that confirms',
    async () => {
      const flags = ['-n', REFUNDS, '--timeout', '10m'];
      await helm(['install', STACK, await chart(STACK), ...flags, ...stackValues()]);
      await inRefunds('rollout', 'status', 'deployment/camunda-platform', '--timeout=5m');
      expect(await field('deployment/camunda-platform', '.status.readyReplicas')).toBe('3');
      await instancesReady(180_000);
      await inRefunds('wait', 'frwp/llm-worker', '--for=condition=Ready', '--timeout=120s');
      expect(await field('deployment/llm-worker', '.status.readyReplicas')).toBe('3');
      const [[names] = []] = await query(await stack.postgres(), 'show synchronous_standby_names');
      expect(names).toMatch(/^ANY 1 \(.*\)$/);
      expect(await inRefunds('get', 'prometheusrules,podmonitors', '-o', 'name')).toMatch(
        /prometheusrule.*\npodmonitor/,
      );
    },
    960_000,
  );

  step(
    'helm test finds the operators ready, and runs a refund to its end event',
    async () => {
      expect(await helm(['test', OPERATOR, '-n', OPERATORS, '--timeout', '3m'])).toMatch(
        /Phase:\s+Succeeded/,
      );
      const output = await helm(['test', STACK, '-n', REFUNDS, '--logs', '--timeout', '5m']);
      expect(output).toMatch(/decided ALLOWED by Stand-in LLM \(not OpenAI\)/);
    },
    480_000,
  );

  step(
    'refunds under way survive that the pod of the database’s primary is deleted',
    async () => {
      await (await stack.llm()).settings({ latencyMs: { min: 1_500, max: 2_500 } });
      const { currentPrimary: before = '' } = await stack.cluster();
      const refunds = await refundsWhile(
        stack,
        async () => {
          await sleep(4_000);
          await inRefunds('delete', 'pod', before, '--wait=false');
          await waitFor(
            'another primary',
            async () => {
              const { currentPrimary } = await stack.cluster();
              if (currentPrimary === before) throw new Error(`still ${before}`);
              return currentPrimary;
            },
            // CloudNativePG's own default lets the primary wait for three minutes.
            { timeoutMs: 120_000, everyMs: 500 },
          );
        },
        { everyMs: 400, atLeast: 40 },
      );
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
      // The former primary comes back as a standby.
      await instancesReady(180_000);
      await waitFor(
        'two standbys that may confirm commits',
        async () => {
          const standbys = await stack.standbys();
          if (standbys.join() !== 'quorum,quorum') throw new Error(`there are ${standbys.join() || 'none'}`);
          return true;
        },
        { timeoutMs: 120_000, everyMs: 2_000 },
      );
    },
    600_000,
  );

  step(
    'uninstalled, the stack leaves the Cluster with every refund, until the documented command deletes it',
    async () => {
      const paid = async () =>
        (await query(await stack.postgres(), 'select count(*) from refund_payment')).flat();
      const before = await paid();
      await uninstall(STACK, REFUNDS);
      await uninstall(OPERATOR, OPERATORS);
      await uninstall(CRDS, OPERATORS);
      expect(Number(before[0])).toBeGreaterThanOrEqual(40);
      expect(await paid()).toEqual(before);
      await stack.removeCluster();
    },
    400_000,
  );
});
