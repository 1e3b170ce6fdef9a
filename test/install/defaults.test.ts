/**
 * The two commands of docs/install.md on a cluster that knows nothing of this project, with the default values: two operators
 * with their CRD, three engine nodes, a database with a volume, three to twenty workers. What two cores and a cluster
 * without registries force is in values-two-cores.yaml and values-local.yaml. One story, as in install.test.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { buildOwnImages, importImages } from '../cluster/images.ts';
import { buildStackImages, POSTGRES_STAND_IN } from '../cluster/stackImages.ts';
import { environment } from '../environment/environment.ts';
import { uninstallOperator } from '../environment/install.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { payments } from '../integration/refundProcess.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { ROOT } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { chart, type Helm, helmOf, set } from './helm.ts';
import { type LocalVolume, localVolume } from './localVolume.ts';
import { accountsOf, ONCE, refundsWhile, startRefund } from './refunds.ts';
import { type Stack, stackIn } from './stack.ts';
import { storyOf } from './story.ts';

const OPERATOR = 'fareruleworkerpool-operator';
/** Where the values of the stack look for the operator by default. */
const OPERATORS = 'fareruleworkerpool-system';
const STACK = 'ticket-refund';
/** Not `refunds`: the environment has Services of the same names there. */
const REFUNDS = 'refunds-by-default';
const CRD = 'fareruleworkerpools.farerules.dev';
/** Of the database and of its backups, with their default sizes. */
const CLAIMS = ['data-postgres-0', 'postgres-backup'] as const;
const SIZES = { 'data-postgres-0': '5Gi', 'postgres-backup': '20Gi' };
/** Secrets that the hook makes. */
const MADE = ['camunda-admin', 'camunda-worker', 'postgres', 'redis'];
const LOCAL = ['values-local.yaml', 'values-two-cores.yaml'].flatMap((name) => [
  '-f',
  join(ROOT, 'test/install', name),
]);

// A cluster of somebody's own has its own images: there the charts are installed by hand.
const describeLocal = process.env.FRWP_CLUSTER === 'kubeconfig' ? describe.skip : describe;

describeLocal('the charts with their default values', () => {
  let kubectl: Kubectl;
  let helm: Helm;
  let stack: Stack;
  const volumes: LocalVolume[] = [];
  const step = storyOf();

  const inRefunds = (...args: string[]) => kubectl(['-n', REFUNDS, ...args]);
  const field = (kind: string, path: string) => inRefunds('get', kind, '-o', `jsonpath={${path}}`);
  const uninstall = (name: string, namespace: string) =>
    helm(['uninstall', name, '-n', namespace, '--ignore-not-found', '--wait', '--timeout', '3m']);

  beforeAll(async () => {
    kubectl = await kubectlOf(environment());
    helm = await helmOf(environment());
    stack = stackIn(kubectl, REFUNDS);
    await importImages([...(await buildOwnImages()), ...(await buildStackImages())]);
    // Other suites leave the kind and the operator's rights behind: nobody would see that the charts have to bring them.
    await waitFor(
      'a cluster without pools',
      async () => {
        const pools = await kubectl(['get', 'frwp', '--all-namespaces', '-o', 'name']).catch(() => '');
        if (pools.trim()) throw new Error(`there are ${pools}`);
        return true;
      },
      { timeoutMs: 120_000, everyMs: 2_000 },
    );
    await uninstallOperator(environment());
    // For claims that are not there yet.
    for (const claim of CLAIMS) volumes.push(await localVolume(kubectl, REFUNDS, claim, SIZES[claim]));
  }, 900_000);

  afterAll(async () => {
    await cleanUp(
      () => uninstall(STACK, REFUNDS),
      () => uninstall(OPERATOR, OPERATORS),
      () => kubectl(['delete', 'namespace', OPERATORS, REFUNDS, '--ignore-not-found', '--timeout=120s']),
      ...volumes.map((volume) => () => volume.remove()),
    );
  }, 600_000);

  step(
    'the first command installs two operators and the kind of their resource',
    async () => {
      const flags = ['--namespace', OPERATORS, '--create-namespace', '--wait'];
      await helm(['install', OPERATOR, await chart(OPERATOR), ...flags]);
      const ready = [
        '-n',
        OPERATORS,
        'get',
        'deployment',
        OPERATOR,
        '-o',
        'jsonpath={.status.readyReplicas}',
      ];
      expect(await kubectl(ready)).toBe('2');
      expect(await kubectl(['get', 'crd', CRD, '-o', 'name'])).toContain(CRD);
    },
    400_000,
  );

  step(
    'helm test finds them at work',
    async () => {
      const output = await helm(['test', OPERATOR, '-n', OPERATORS, '--timeout', '3m']);
      expect(output).toMatch(/Phase:\s+Succeeded/);
    },
    240_000,
  );

  step(
    'the second command installs three engine nodes, and a pool that waits for its key',
    async () => {
      const flags = ['--namespace', REFUNDS, '--create-namespace', '--timeout', '15m'];
      await helm(['install', STACK, await chart(STACK), ...flags, ...LOCAL]);
      await inRefunds('rollout', 'status', 'deployment/camunda-platform', '--timeout=5m');
      expect(await field('deployment/camunda-platform', '.status.readyReplicas')).toBe('3');
      expect(await field('frwp/llm-worker', '.status.conditions[?(@.type=="CredentialsReady")].reason')).toBe(
        'SecretNotFound',
      );
      // Nothing is left of the hook that made the passwords, and they are neither in the manifest nor in a hook of the record.
      expect((await inRefunds('get', 'jobs,configmaps,roles', '-o', 'name')).includes('make-secrets')).toBe(
        false,
      );
      const record = await helm(['get', 'all', STACK, '-n', REFUNDS]);
      for (const name of MADE) {
        const password = await stack.secret(name, 'password');
        expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
        expect(record.includes(password) || record.includes(btoa(password))).toBe(false);
      }
    },
    1_000_000,
  );

  step(
    'with the key there are three workers, and twenty at most',
    async () => {
      await inRefunds(
        'create',
        'secret',
        'generic',
        'openai-credentials',
        '--from-literal=api-key=sk-stand-in',
      );
      await inRefunds('wait', 'frwp/llm-worker', '--for=condition=Ready', '--timeout=180s');
      expect(await field('deployment/llm-worker', '.status.readyReplicas')).toBe('3');
      expect(await field('hpa/llm-worker-hpa', '.spec.minReplicas')).toBe('3');
      expect(await field('hpa/llm-worker-hpa', '.spec.maxReplicas')).toBe('20');
    },
    240_000,
  );

  step(
    'helm test runs a refund to its end event',
    async () => {
      const output = await helm(['test', STACK, '-n', REFUNDS, '--logs', '--timeout', '5m']);
      expect(output).toMatch(/decided ALLOWED by Stand-in LLM \(not OpenAI\)/);
    },
    330_000,
  );

  step(
    'a database that is started again has the refunds of before in its volume',
    async () => {
      const refund = await startRefund(stack);
      expect(await accountsOf(stack, [refund])).toEqual([ONCE]);
      const uid = await field('pod/postgres-0', '.metadata.uid');
      await inRefunds('delete', 'pod', 'postgres-0', '--timeout=90s');
      await waitFor('another pod', async () => (await field('pod/postgres-0', '.metadata.uid')) !== uid, {
        timeoutMs: 60_000,
        everyMs: 1_000,
      });
      await inRefunds('wait', 'pod/postgres-0', '--for=condition=Ready', '--timeout=120s');
      // Ended in order, not killed at the end of its time.
      expect(await inRefunds('logs', 'postgres-0')).not.toMatch(/not properly shut down/);
      expect(await accountsOf(stack, [refund, await startRefund(stack)])).toEqual([ONCE, ONCE]);
    },
    400_000,
  );

  step(
    'an upgrade of the operator, with the kind in its release, and a rollback lose nothing under load',
    async () => {
      await (await stack.llm()).settings({ latencyMs: { min: 1_500, max: 2_500 } });
      const uid = () => kubectl(['get', 'crd', CRD, '-o', 'jsonpath={.metadata.uid}']);
      const before = await uid();
      const flags = ['-n', OPERATORS, '--wait', '--timeout', '3m'];
      const refunds = await refundsWhile(
        stack,
        async () => {
          await helm(['upgrade', OPERATOR, await chart(OPERATOR), ...flags, ...set({ logFormat: 'ecs' })]);
          await helm(['rollback', OPERATOR, '1', ...flags]);
        },
        { everyMs: 500, atLeast: 20 },
      );
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
      expect(await uid()).toBe(before);
    },
    600_000,
  );

  step(
    'the drill of docs/backup.md puts a backup back, all of it as pods',
    async () => {
      const backup = set({ 'postgresql.backup.enabled': true });
      await helm([
        'upgrade',
        STACK,
        await chart(STACK),
        '-n',
        REFUNDS,
        '--timeout',
        '15m',
        ...LOCAL,
        ...backup,
      ]);
      const complete = (job: string) =>
        inRefunds('wait', `job/${job}`, '--for=condition=complete', '--timeout=120s');
      const remembered = await startRefund(stack);
      expect(await accountsOf(stack, [remembered])).toEqual([ONCE]);
      await inRefunds('create', 'job', '--from=cronjob/postgres-backup', 'backup-now');
      await complete('backup-now');
      const forgotten = await startRefund(stack);
      expect(await accountsOf(stack, [forgotten])).toEqual([ONCE]);

      await inRefunds('scale', 'deployment/camunda-platform', '--replicas=0');
      const engines = ['pod', '-l', 'app.kubernetes.io/component=engine'];
      await inRefunds('wait', ...engines, '--for=delete', '--timeout=120s');
      const job = readFileSync(join(ROOT, 'examples/backup/restore-job.yaml'), 'utf8');
      // There is no registry.
      const local = job.replace(/docker\.io\/library\/postgres:\S+/, POSTGRES_STAND_IN);
      await kubectl(['-n', REFUNDS, 'apply', '-f', '-'], local);
      await complete('postgres-restore');
      // One node is enough to see it.
      await inRefunds('scale', 'deployment/camunda-platform', '--replicas=1');
      await inRefunds('rollout', 'status', 'deployment/camunda-platform', '--timeout=5m');

      const { http } = await stack.engine();
      const { data } = await http.get<{ businessKey: string }[]>('/history/process-instance');
      const known = data.map(({ businessKey }) => businessKey);
      expect(known).toContain(remembered.bookingId);
      expect(known).not.toContain(forgotten.bookingId);
      // The gateway's memory is not the engine's: what was paid stays paid.
      expect(await payments(forgotten.bookingId, await stack.postgres())).toHaveLength(1);
      await helm(['test', STACK, '-n', REFUNDS, '--timeout', '5m']);
    },
    900_000,
  );

  step(
    'uninstalled, the stack leaves its volume, the backups, its passwords and the key; the operator leaves the kind',
    async () => {
      await uninstall(STACK, REFUNDS);
      await uninstall(OPERATOR, OPERATORS);
      const names = async (kinds: string) => (await inRefunds('get', kinds, '-o', 'name')).trim().split('\n');
      expect(await names('persistentvolumeclaims,secrets')).toEqual([
        ...CLAIMS.map((name) => `persistentvolumeclaim/${name}`),
        ...[...MADE, 'openai-credentials'].sort().map((name) => `secret/${name}`),
      ]);
      expect(await kubectl(['get', 'crd', CRD, '-o', 'name'])).toContain(CRD);
      // Only the documented command takes it.
      await kubectl(['delete', 'crd', CRD, '--timeout=60s']);
    },
    400_000,
  );
});
