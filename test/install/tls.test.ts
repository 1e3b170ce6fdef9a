/**
 * TLS to the sample stack's own engine: the chart with a Secret as cert-manager writes it, signed by an authority that
 * nobody knows otherwise. One story: each test goes on where the one before it ended.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { stringify } from 'yaml';
import { WORKER_ID_PREFIX } from '../../crds/src/workerEnv.ts';
import { buildOwnImages, importImages } from '../cluster/images.ts';
import { Authority } from '../cluster/pki.ts';
import { buildStackImages } from '../cluster/stackImages.ts';
import { EngineClient } from '../engine/client.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { ROOT } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { chart, type Helm, helmOf, set } from './helm.ts';
import { restrictedNamespace } from './namespace.ts';
import { accountsOf, ONCE, refundsWhile, startRefund } from './refunds.ts';
import { STACK_VALUES, type Stack, stackIn } from './stack.ts';
import { storyOf } from './story.ts';

const NAMESPACE = 'frwp-tls';
const OPERATORS = 'frwp-tls-operator';
const OPERATOR = 'fareruleworkerpool-operator';
const STACK = 'ticket-refund';
const SECRET = 'engine-certificate';
/** What workers, operator, hook and test ask for; a node's address is in no certificate. */
const NODES = `camunda-platform-nodes.${NAMESPACE}.svc`;
const NAMES = [NODES, `camunda-platform.${NAMESPACE}.svc`];
const CRD = join(ROOT, 'crds/fareruleworkerpools.yaml');

// A cluster of somebody's own has its own images.
const describeLocal = process.env.FRWP_CLUSTER === 'kubeconfig' ? describe.skip : describe;

describeLocal('the sample stack with TLS to its engine', () => {
  let directory: string;
  let authority: Authority;
  let kubectl: Kubectl;
  let helm: Helm;
  let stack: Stack;
  let issued = 0;

  const here = (...args: string[]) => kubectl(['-n', NAMESPACE, ...args]);
  const releases: Record<string, string> = { [STACK]: NAMESPACE, [OPERATOR]: OPERATORS };
  const install = async (name: string, flags: string[]) => {
    const where = ['-n', releases[name] ?? '', '--wait', '--timeout', '6m'];
    await helm(['install', name, await chart(name), ...where, ...flags]);
  };
  const step = storyOf();
  /** The Secret with the next certificate, as cert-manager renews it. */
  async function renew(): Promise<void> {
    const files = await authority.issue(`engine-${++issued}`, { commonName: `engine-${issued}`, dns: NAMES });
    const stringData = {
      'tls.crt': readFileSync(files.cert, 'utf8'),
      'tls.key': readFileSync(files.key, 'utf8'),
      'ca.crt': authority.pem,
    };
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: SECRET },
      type: 'kubernetes.io/tls',
      stringData,
    };
    await kubectl(['-n', NAMESPACE, 'apply', '--server-side', '-f', '-'], stringify(secret));
  }
  const engineAddress = async () =>
    here(
      'get',
      'pods',
      '-l',
      'app.kubernetes.io/component=engine',
      '-o',
      'jsonpath={.items[0].status.podIP}',
    );
  /** Name of the certificate that the engine shows, once it is trusted. */
  async function shown(): Promise<string> {
    const socket = connect({
      host: await engineAddress(),
      port: 8080,
      servername: NODES,
      ca: authority.pem,
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
    });
  }
  const restarts = () =>
    here(
      ...['get', 'pods', '-l', 'app.kubernetes.io/component=engine'],
      ...['-o', 'jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[0].restartCount}{end}'],
    );

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'frwp-tls-'));
    authority = await Authority.create(directory, 'authority-of-the-engine');
    kubectl = await kubectlOf(environment());
    helm = await helmOf(environment());
    await importImages([...(await buildOwnImages()), ...(await buildStackImages())]);
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', CRD]);
    for (const name of [NAMESPACE, OPERATORS]) {
      await restrictedNamespace(kubectl, name);
    }
    const plain = stackIn(kubectl, NAMESPACE);
    stack = {
      ...plain,
      async engine() {
        const { baseURL, auth } = (await plain.engine()).http.defaults;
        const basicAuth = auth as { username: string; password: string };
        const tls = { ca: authority.pem, servername: NODES };
        return new EngineClient(String(baseURL).replace('http:', 'https:'), { basicAuth, tls });
      },
    };
    await renew();
  }, 900_000);

  afterAll(async () => {
    await cleanUp(
      ...Object.entries(releases).map(
        ([name, namespace]) =>
          () =>
            helm(['uninstall', name, '-n', namespace, '--ignore-not-found', '--wait', '--timeout', '2m']),
      ),
      () => kubectl(['delete', 'namespace', NAMESPACE, OPERATORS, '--ignore-not-found', '--timeout=120s']),
    );
    rmSync(directory, { recursive: true, force: true });
  }, 600_000);

  step(
    'installs, and helm test runs a refund to its end event over TLS',
    async () => {
      // For this namespace alone, and without the cluster's one metrics API.
      const alone = { replicas: 1, 'crds.enabled': false, 'metricsApi.enabled': false };
      await install(OPERATOR, set({ ...alone, 'watchNamespaces[0]': NAMESPACE }));
      const tls = { 'engine.tls.enabled': true, 'engine.tls.secretName': SECRET };
      await install(STACK, [...STACK_VALUES, ...set({ 'operator.namespace': OPERATORS, ...tls })]);
      await here('wait', 'frwp/llm-worker', '--for=condition=EngineReachable', '--timeout=60s');
      const output = await helm(['test', STACK, '-n', NAMESPACE, '--logs', '--timeout', '4m']);
      expect(output).toMatch(/decided ALLOWED by Stand-in LLM \(not OpenAI\); ended in/);
      // The same address without TLS gets no answer of the engine's.
      const plain = await fetch(`http://${await engineAddress()}:8080/engine-rest/engine`);
      expect(plain.status).toBe(400);
    },
    600_000,
  );

  step(
    'a pool that does not trust the authority is told so, and completes no task',
    async () => {
      const pool = JSON.parse(await here('get', 'frwp/llm-worker', '-o', 'json'));
      const { caSecretRef: _, ...engine } = pool.spec.engine;
      const scaling = { ...pool.spec.scaling, minReplicas: 1, maxReplicas: 1 };
      const metadata = { name: 'untrusting', namespace: NAMESPACE };
      const spec = { ...pool.spec, engine, scaling };
      await kubectl(
        ['apply', '--server-side', '-f', '-'],
        stringify({ apiVersion: pool.apiVersion, kind: pool.kind, metadata, spec }),
      );
      const condition = await waitFor(
        'the condition',
        async () => {
          const { status } = JSON.parse(await here('get', 'frwp/untrusting', '-o', 'json'));
          type Condition = { type: string; reason: string; message: string };
          return (status?.conditions as Condition[] | undefined)?.find(
            ({ type, reason }) => type === 'EngineReachable' && reason === 'CountFailed',
          );
        },
        { timeoutMs: 60_000, everyMs: 500 },
      );
      expect(condition?.message).toMatch(/certificate/);
      await waitFor(
        'its worker to say so, too',
        async () => {
          const log = await here('logs', '-l', 'farerules.dev/pool=untrusting', '--tail=-1');
          return log.includes('UNTRUSTED');
        },
        { timeoutMs: 60_000, everyMs: 1_000 },
      );
      // Of the same tasks, while both pools ask for them.
      const refunds = [];
      for (let count = 0; count < 10; count++) refunds.push(await startRefund(stack));
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
      const { data: completed } = await (await stack.engine()).http.get<{ workerId: string | null }[]>(
        '/history/external-task-log',
        { params: { successLog: true } },
      );
      expect(completed.length).toBeGreaterThanOrEqual(refunds.length);
      expect(
        completed.filter(({ workerId }) => !workerId?.startsWith(`${WORKER_ID_PREFIX}llm-worker-`)),
      ).toEqual([]);
      await here('delete', 'frwp/untrusting');
    },
    150_000,
  );

  // Twice: Spring Boot 3.3.9 noticed the first renewal of a Secret and none after it.
  step(
    'a certificate that is renewed, and renewed again, is taken under load without a restart',
    async () => {
      const before = await restarts();
      const refunds = await refundsWhile(
        stack,
        async () => {
          for (const _ of ['first', 'second']) {
            await renew();
            // The kubelet looks at a pod that has changed at once, and not within its minute.
            const touched = `farerules.dev/renewed=${issued}`;
            await here(
              'annotate',
              'pods',
              '-l',
              'app.kubernetes.io/component=engine',
              '--overwrite',
              touched,
            );
            await waitFor('the new certificate', async () => (await shown()) === `engine-${issued}`, {
              timeoutMs: 120_000,
              everyMs: 500,
            });
          }
        },
        { everyMs: 300, atLeast: 20 },
      );
      expect(await accountsOf(stack, refunds)).toEqual(Array(refunds.length).fill(ONCE));
      expect(await restarts()).toBe(before);
    },
    300_000,
  );
});
