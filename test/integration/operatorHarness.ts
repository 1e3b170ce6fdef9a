/**
 * Runs the operator as a process of this machine against the real API server,
 * with the ServiceAccount and the rights that `manifests/` give it: what the
 * tests see is what an installed operator may do.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import type { FareRuleWorkerPool, PoolSpecInput } from '../../crds/src/pool.ts';
import { apiGetOf, backlogPath, type MetricAnswer } from '../environment/apiGet.ts';
import { environment } from '../environment/environment.ts';
import { kubectlOf } from '../environment/kubectl.ts';
import { ROOT } from '../support/paths.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { leaseOf, ownNames, secretAccess } from './installation.ts';

/** Any object, with the fields that a test looks at. */
export type Live = KubernetesObject & {
  metadata: { name: string; namespace?: string; uid: string; generation?: number; resourceVersion: string };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind
  [field: string]: any;
};

/** The APIService of the group that an operator with `serveMetrics` serves. */
export const METRICS_API_SERVICE = 'v1beta1.external.metrics.k8s.io';

/** What runs as the operator. */
export interface Program {
  /** Of Node. */
  args: string[];
  env?: Record<string, string>;
}

const SOURCE: Program = { args: [join(ROOT, 'operator', 'src', 'main.ts')] };

const RBAC_KINDS = [
  'Namespace',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
];

export class TestCluster {
  readonly namespace: string;
  readonly objects: KubernetesObjectApi;
  readonly core: CoreV1Api;
  readonly admin: KubeConfig;
  /** Namespace and ServiceAccount of the operator, as the manifests name them. */
  operatorNamespace = '';
  operatorAccount = '';
  accountNamespace = '';
  /** Name of the Lease, which the rights are for. */
  leaseName = '';
  /** What `change` made of the rights, to be taken away again. */
  private ownRights: KubernetesObject[] = [];
  private readonly operators: RunningProcess[] = [];
  private metricsService?: { name: string; namespace: string };

  private constructor(namespace: string) {
    this.namespace = namespace;
    this.admin = new KubeConfig();
    this.admin.loadFromFile(environment().kubeconfig);
    this.objects = KubernetesObjectApi.makeApiClient(this.admin);
    this.core = this.admin.makeApiClient(CoreV1Api);
  }

  /**
   * A namespace of its own, the CRD, and the operator's rights; without `change` it may read the Secrets there.
   * @param change what to make of the rights that the manifests give; made for this test alone then
   */
  static async open(
    name: string,
    change?: (rights: KubernetesObject[], namespace: string) => KubernetesObject[],
  ): Promise<TestCluster> {
    const cluster = new TestCluster(`${name}-${randomBytes(3).toString('hex')}`);
    await cluster.applyCrd();
    const rights = documents(join(ROOT, 'manifests')).filter(({ kind }) => RBAC_KINDS.includes(kind ?? ''));
    await cluster.apply(...rights.filter(({ kind }) => !change || kind === 'Namespace'));
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: cluster.namespace } });
    cluster.ownRights = change?.(rights, cluster.namespace) ?? [];
    await cluster.apply(...cluster.ownRights);
    const applied = change ? cluster.ownRights : rights;
    const account = applied.find(({ kind }) => kind === 'ServiceAccount');
    cluster.operatorAccount = account?.metadata?.name ?? '';
    cluster.accountNamespace = account?.metadata?.namespace ?? '';
    const home = applied.find(({ kind }) => kind === 'Namespace');
    cluster.operatorNamespace = home?.metadata?.name ?? cluster.accountNamespace;
    cluster.leaseName = (change && leaseOf(applied)) ?? cluster.namespace;
    if (!change) {
      await cluster.apply(...secretAccess(cluster.namespace, cluster.account));
      cluster.ownRights = ownNames(cluster.leaseName, {
        name: cluster.operatorAccount,
        namespace: cluster.operatorNamespace,
      });
      await cluster.apply(...cluster.ownRights);
    }
    await waitFor('the CRD to be served', () => cluster.list('farerules.dev/v1alpha1', 'FareRuleWorkerPool'));
    return cluster;
  }

  /** With kubectl, as users do: the client's own serializer leaves out defaults, enums and rules. */
  async applyCrd(change: (text: string) => string = (text) => text): Promise<void> {
    const kubectl = await kubectlOf(environment());
    const text = change(readFileSync(join(ROOT, 'crds', 'fareruleworkerpools.yaml'), 'utf8'));
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
  }

  async stopOperators(): Promise<void> {
    await Promise.all(this.operators.map((operator) => operator.stop()));
  }

  async close(): Promise<void> {
    await this.stopOperators();
    await this.stopServingMetrics();
    await this.remove('v1', 'Namespace', this.namespace);
    for (const object of this.ownRights) await this.removeIfThere(object);
  }

  /** ServiceAccount of the operator. */
  get account(): { name: string; namespace: string } {
    return { name: this.operatorAccount, namespace: this.accountNamespace };
  }

  /** User name of the operator, as the audit log has it. */
  get operatorUser(): string {
    return `system:serviceaccount:${this.accountNamespace}:${this.operatorAccount}`;
  }

  /**
   * Leads external.metrics.k8s.io to this machine, where the operator runs: a Service without a
   * selector. Returns the variables for the operator; `close` takes it all away again.
   */
  async serveMetrics(): Promise<Record<string, string>> {
    const port = await freePort();
    const metadata = { name: `${this.namespace}-operator`, namespace: this.operatorNamespace };
    const objects: object[] = [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
        addressType: 'IPv4',
        ports: [{ name: 'https', port, protocol: 'TCP' }],
        endpoints: [{ addresses: [environment().hostAddress], conditions: { ready: true } }],
      },
    ];
    await this.apply(...(objects as KubernetesObject[]));
    this.metricsService = metadata;
    return { METRICS_API_SERVICE: metadata.name, METRICS_API_PORT: String(port) };
  }

  /** First the operators: a running one would make the APIService again. */
  private async stopServingMetrics(): Promise<void> {
    if (!this.metricsService) return;
    const service = { apiVersion: 'v1', kind: 'Service', metadata: this.metricsService };
    const apiService = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: METRICS_API_SERVICE },
    };
    await this.removeIfThere(apiService);
    await this.removeIfThere(service);
  }

  async startOperator(
    env: Record<string, string> = {},
    program = SOURCE,
  ): Promise<RunningProcess & { metricsPort: number }> {
    const metricsPort = await freePort();
    const operator = await startProcess({
      name: 'operator',
      command: process.execPath,
      args: program.args,
      logFile: join(environment().logs, `${this.namespace}-operator.log`),
      env: {
        KUBECONFIG: await this.operatorKubeconfig(),
        POD_NAMESPACE: this.operatorNamespace,
        LEASE_NAME: this.leaseName,
        WATCH_NAMESPACES: this.namespace,
        WORKER_IMAGE: environment().images.worker,
        METRICS_PORT: String(metricsPort),
        ...program.env,
        ...env,
      },
    });
    this.operators.push(operator);
    return { ...operator, metricsPort };
  }

  /** Starts an operator and waits until it leads. */
  async startLeader(
    env: Record<string, string> = {},
    program = SOURCE,
  ): Promise<RunningProcess & { metricsPort: number }> {
    const operator = await this.startOperator(env, program);
    await waitFor('the operator to lead', async () => (await leads(operator.metricsPort)) || undefined);
    return operator;
  }

  async get(
    apiVersion: string,
    kind: string,
    name: string,
    namespace = this.namespace,
  ): Promise<Live | undefined> {
    try {
      return (await this.objects.read({
        apiVersion,
        kind,
        metadata: { name, namespace },
      })) as unknown as Live;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return undefined;
      throw error;
    }
  }

  async list(apiVersion: string, kind: string, namespace = this.namespace): Promise<Live[]> {
    return (await this.objects.list(apiVersion, kind, namespace)).items as unknown as Live[];
  }

  async apply(...objects: KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      await this.objects.patch(object, undefined, undefined, 'test', true, PatchStrategy.ServerSideApply);
    }
  }

  /** A merge patch, as a person would edit; returns the object as it was right after. */
  async edit(
    apiVersion: string,
    kind: string,
    name: string,
    patch: { metadata?: object; [field: string]: unknown },
  ): Promise<Live> {
    const metadata = { ...patch.metadata, name, namespace: this.namespace };
    const object = { ...patch, apiVersion, kind, metadata };
    const { MergePatch } = PatchStrategy;
    return (await this.objects.patch(object, undefined, undefined, 'editor', undefined, MergePatch)) as Live;
  }

  async remove(apiVersion: string, kind: string, name: string): Promise<void> {
    await this.objects.delete({ apiVersion, kind, metadata: { name, namespace: this.namespace } });
  }

  async removeIfThere(object: KubernetesObject): Promise<void> {
    try {
      await this.objects.delete(object);
    } catch (error) {
      if ((error as { code?: number }).code !== 404) throw error;
    }
  }

  async secret(name: string, values: Record<string, string>): Promise<void> {
    await this.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: this.namespace },
      stringData: values,
    } as KubernetesObject);
  }

  async createPool(name: string, spec: Partial<PoolSpecInput> = {}): Promise<void> {
    await this.apply({
      apiVersion: 'farerules.dev/v1alpha1',
      kind: 'FareRuleWorkerPool',
      metadata: { name, namespace: this.namespace },
      spec: { ...poolSpec(), ...spec },
    } as KubernetesObject);
  }

  async pool(name: string): Promise<FareRuleWorkerPool> {
    const pool = await this.get('farerules.dev/v1alpha1', 'FareRuleWorkerPool', name);
    return pool as unknown as FareRuleWorkerPool;
  }

  /** Waits until a condition has this reason, and returns it. */
  condition(pool: string, type: string, reason: string, timeoutMs = 10_000) {
    return waitFor(
      `${type} of ${pool} to say ${reason}`,
      async () => {
        const { status } = await this.pool(pool);
        const condition = status?.conditions?.find((item) => item.type === type);
        if (condition?.reason !== reason) throw new Error(JSON.stringify(condition));
        return condition;
      },
      { timeoutMs },
    );
  }

  /** A pool's backlog as an external metric, asked through the API server as the autoscaler asks. */
  async backlogMetric(pool: string): Promise<{ status: number; body: MetricAnswer }> {
    const get = await apiGetOf(environment());
    return get<MetricAnswer>(backlogPath(this.namespace, pool));
  }

  private async operatorKubeconfig(): Promise<string> {
    const { status } = await this.core.createNamespacedServiceAccountToken({
      name: this.operatorAccount,
      namespace: this.accountNamespace,
      body: { spec: { audiences: [], expirationSeconds: 7_200 } },
    });
    const config = new KubeConfig();
    const cluster = this.admin.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig names no cluster');
    config.loadFromClusterAndUser(cluster, { name: 'operator', token: status?.token ?? '' });
    const directory = join(tmpdir(), 'fareruleworkerpool-tests');
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `${this.namespace}.kubeconfig`);
    writeFileSync(path, config.exportConfig(), { mode: 0o600 });
    return path;
  }
}

/** A small pool whose pods fit nowhere: the tests of objects need no running workers. */
export function poolSpec(): PoolSpecInput {
  return {
    engine: { urls: environment().engines },
    llm: { credentials: [{ secretRef: { name: 'openai' } }] },
    worker: {
      resources: { requests: { cpu: '1000m', memory: '64Mi' } },
      podSpec: { nodeSelector: { 'test/no-such-node': 'true' } },
    },
    scaling: { minReplicas: 2, maxReplicas: 5, cpuUtilization: 0 },
  };
}

/**
 * In the place of `poolSpec().worker`, pods that run (with pods that cannot start no pool is raised).
 * They work on nothing where the engine's URL is an address of this machine alone, as a proxy's.
 */
export const IDLE_WORKER: PoolSpecInput['worker'] = {
  resources: { requests: { cpu: '5m', memory: '32Mi' } },
};

/** Whether the operator with these metrics leads; false while it does not answer. */
export async function leads(metricsPort: number): Promise<boolean> {
  try {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return /^fareruleworkerpool_leader 1$/m.test(text);
  } catch {
    return false;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** All objects in a YAML file, or in the YAML files of a directory. */
function documents(path: string): KubernetesObject[] {
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`make generate\``);
  const files = path.endsWith('.yaml')
    ? [path]
    : readdirSync(path)
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => join(path, file));
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8'))
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null),
  );
}
