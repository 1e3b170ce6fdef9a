/** KEDA's operator and metrics adapter as processes of this machine, where ours runs too. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../../cluster/pki.ts';
import { environment } from '../../environment/environment.ts';
import { kubectlOf } from '../../environment/kubectl.ts';
import { freePort, TestCluster } from '../../integration/operatorHarness.ts';
import { STATE } from '../../support/paths.ts';
import { type RunningProcess, startProcess } from '../../support/process.ts';
import { waitFor } from '../../support/wait.ts';
import { closeWhole } from '../cluster/closeWhole.ts';
import { API_SERVICE, dropProvider, providerAvailable } from '../cluster/metricsProvider.ts';
import { serviceToHost } from '../cluster/serviceToHost.ts';
import { buildKeda, type KedaBuild } from './build.ts';

const NAMESPACE = 'keda';
const SERVICE = 'keda-metrics-apiserver';
const SCALED_OBJECT = ['keda.sh/v1alpha1', 'ScaledObject'] as const;

export interface Keda {
  /** A namespace for what it scales. */
  cluster: TestCluster;
  processes: { operator: RunningProcess; adapter: RunningProcess };
  stop(): Promise<void>;
}

/** Starts both and waits until KEDA serves the external metrics of the cluster. */
export async function startKeda(name: string): Promise<Keda> {
  const build = await buildKeda();
  const cluster = await TestCluster.open(name);
  const running: RunningProcess[] = [];
  const stop = async () => {
    await removeScaledObjects(cluster);
    await Promise.all(running.map((process) => process.stop()));
    await dropProvider(cluster);
    await closeWhole(cluster);
  };
  try {
    await dropProvider(cluster);
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    await installCrds(build, cluster);
    const certs = await certificates();
    const grpc = `127.0.0.1:${await freePort()}`;
    const operator = await startOperator(build, cluster, certs, grpc, running);
    const adapter = await startAdapter(build, cluster, certs, grpc, running);
    return { cluster, processes: { operator, adapter }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** First of all, while KEDA runs: it has a finalizer on each. */
async function removeScaledObjects(cluster: TestCluster): Promise<void> {
  const scaled = () => cluster.list(...SCALED_OBJECT).catch(() => []);
  for (const { metadata } of await scaled()) await cluster.remove(...SCALED_OBJECT, metadata.name);
  await waitFor('the ScaledObjects to go', async () => (await scaled()).length === 0, {
    timeoutMs: 300_000,
    everyMs: 500,
  });
}

async function installCrds({ crds }: KedaBuild, cluster: TestCluster): Promise<void> {
  const kubectl = await kubectlOf(environment());
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', crds]);
  await waitFor("KEDA's CRDs to be served", () => cluster.list(...SCALED_OBJECT));
}

interface Certificates {
  directory: string;
  caBundle: string;
}

/** Both ends of KEDA's gRPC verify each other with these, and the API server verifies the adapter. */
async function certificates(): Promise<Certificates> {
  const directory = join(STATE, 'keda-certs');
  mkdirSync(directory, { recursive: true });
  const ca = await Authority.create(directory, 'ca');
  await ca.issue('tls', { commonName: SERVICE, dns: [`${SERVICE}.${NAMESPACE}.svc`], ips: ['127.0.0.1'] });
  return { directory, caBundle: readFileSync(ca.certFile).toString('base64') };
}

const env = (cluster: TestCluster) => ({
  KUBECONFIG: environment().kubeconfig,
  POD_NAMESPACE: NAMESPACE,
  KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE,
  WATCH_NAMESPACE: cluster.namespace,
});

async function startOperator(
  build: KedaBuild,
  cluster: TestCluster,
  certs: Certificates,
  grpc: string,
  running: RunningProcess[],
): Promise<RunningProcess> {
  const probes = await freePort();
  const operator = await startProcess({
    name: 'keda-operator',
    command: build.operator,
    args: [
      '--zap-log-level=error',
      `--cert-dir=${certs.directory}`,
      `--metrics-service-bind-address=${grpc}`,
      `--metrics-bind-address=127.0.0.1:${await freePort()}`,
      `--health-probe-bind-address=127.0.0.1:${probes}`,
    ],
    env: env(cluster),
    logFile: join(environment().logs, 'keda-operator.log'),
  });
  running.push(operator);
  await waitFor(
    'the KEDA operator to be ready',
    async () => {
      if (!operator.alive()) throw new Error(`it ended; see ${operator.logFile}`);
      return (await fetch(`http://127.0.0.1:${probes}/readyz`)).ok;
    },
    { timeoutMs: 60_000 },
  );
  return operator;
}

async function startAdapter(
  build: KedaBuild,
  cluster: TestCluster,
  certs: Certificates,
  grpc: string,
  running: RunningProcess[],
): Promise<RunningProcess> {
  const port = await freePort();
  const { kubeconfig, hostAddress } = environment();
  const adapter = await startProcess({
    name: 'keda-adapter',
    command: build.adapter,
    args: [
      '--zap-log-level=error',
      `--cert-dir=${certs.directory}`,
      `--tls-cert-file=${join(certs.directory, 'tls.crt')}`,
      `--tls-private-key-file=${join(certs.directory, 'tls.key')}`,
      `--bind-address=${hostAddress}`,
      `--secure-port=${port}`,
      `--port=${await freePort()}`,
      `--metrics-service-address=${grpc}`,
      `--lister-kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
    ],
    env: env(cluster),
    logFile: join(environment().logs, 'keda-adapter.log'),
  });
  running.push(adapter);
  await cluster.apply(...serviceToHost(NAMESPACE, SERVICE, port));
  await cluster.apply({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: API_SERVICE, labels: { 'app.kubernetes.io/managed-by': 'keda' } },
    spec: {
      group: 'external.metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: SERVICE, namespace: NAMESPACE },
      caBundle: certs.caBundle,
    },
  } as never);
  await providerAvailable(cluster, SERVICE);
  return adapter;
}
