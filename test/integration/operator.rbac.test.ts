/**
 * The operator may do what it needs and nothing else. It is made to use each of its rights; the audit log
 * then shows neither a request that was refused nor a right that was not used: with any of them removed, one
 * of the two fails.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { environment } from '../environment/environment.ts';
import { endOf, textSince } from '../support/auditLog.ts';
import { inWords, type Right, refused, rightsOf, type Use, unused, usesIn } from '../support/rights.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { asRelease, limitedTo, secretAccess, withAuditedAccount } from './installation.ts';
import { IDLE_WORKER, METRICS_API_SERVICE, poolSpec, TestCluster } from './operatorHarness.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const LEADER = 'farerules.dev/leader';
const labels = ({ metadata }: KubernetesObject) => metadata?.labels ?? {};
const annotations = ({ metadata }: KubernetesObject) => metadata?.annotations ?? {};
const SOON = { timeoutMs: 30_000 };
const LONG = { timeoutMs: 120_000 };

/** Needed only with an admission plugin that the local cluster does not have; asked for below. */
const FINALIZERS: Pick<Right, 'verb' | 'group' | 'resource'> = {
  // OwnerReferencesPermissionEnforcement: owner references that block the deletion of the pool.
  verb: 'update',
  group: 'farerules.dev',
  resource: 'fareruleworkerpools/finalizers',
};

(environment().auditLog ? describe : describe.skip)('the rights of the operator', () => {
  let cluster: TestCluster;
  let rights: Right[];
  let uses: Use[];

  beforeAll(async () => {
    const log = environment().auditLog ?? '';
    const from = endOf(log);
    let release = '';
    let objects: KubernetesObject[] = [];
    cluster = await TestCluster.open('rbac', (manifests, pools) => {
      release = `${pools}-release`;
      const renamed = asRelease(manifests, release, `${pools}-system`);
      const account = { name: release, namespace: `${pools}-system` };
      const granted = [...limitedTo(renamed, release, pools), ...secretAccess(pools, account, ['openai'])];
      objects = withAuditedAccount(granted, release);
      return objects;
    });
    rights = rightsOf(objects, release);
    await useEverything(release);
    uses = await waitFor('the last request in the audit log', () => {
      const found = usesIn(textSince(log, from), cluster.operatorUser);
      return found.some(({ verb, resource }) => verb === 'delete' && resource === 'apiservices')
        ? found
        : undefined;
    });
  }, 480_000);
  afterAll(() => cluster.close(), 60_000);

  const ours = () => cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa');
  const registration = () => cluster.get('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE);
  const pods = async () =>
    (await cluster.list('v1', 'Pod')).filter(({ metadata }) => !('deletionTimestamp' in metadata));

  async function useEverything(release: string): Promise<void> {
    await ownPod('operator-0');
    const env = {
      ...(await cluster.serveMetrics()),
      METRICS_API_OWNER: release,
      EXPORTER_OWNER: release,
      POD_NAME: 'operator-0',
    };
    const first = await cluster.startLeader(env);
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('demo', {
      engine: { urls: environment().engines, topic: cluster.namespace },
      worker: IDLE_WORKER,
    });
    await waitFor('the registration', registration, SOON);
    await waitFor('the leader’s label', async () => {
      const pod = await cluster.get('v1', 'Pod', 'operator-0', cluster.operatorNamespace);
      return pod && labels(pod)[LEADER];
    });
    // A value goes to the autoscaler that is allowed to have it.
    await cluster.condition('demo', 'ScalingActive', 'MetricsRead', LONG.timeoutMs);
    await sayWhichPodGoesFirst();
    await repairEverything();
    const totals = await waitFor('the exporter’s totals', kept, SOON);
    await goToSleep();
    await waitFor('those of another engine', async () => (await kept()) !== totals, LONG);
    await standBack();
    await first.stop();
    const second = await cluster.startLeader(env);
    await cluster.objects.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: cluster.operatorNamespace },
    });
    await waitFor('the registration to go', async () => !(await registration()), SOON);
    // Before its rights in that namespace go.
    await second.stop();
  }

  /** Version of what the exporter keeps. */
  const kept = async () => {
    const name = `${cluster.leaseName}-exporter`;
    const book = await cluster.get('v1', 'ConfigMap', name, cluster.operatorNamespace);
    return book?.metadata.resourceVersion;
  };

  /** The pod that the leader labels: the operator itself runs as a process. */
  const ownPod = (name: string) =>
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: cluster.operatorNamespace },
      spec: {
        nodeSelector: { 'test/no-such-node': 'true' },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'operator',
            image: environment().images.operator,
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    } as KubernetesObject);

  /** More pods than are needed, with costs that are not right: those are written before the step down. */
  async function sayWhichPodGoesFirst(): Promise<void> {
    await cluster.createPool('demo', {
      engine: { urls: environment().engines, topic: cluster.namespace },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, scaleDownStabilization: '0s' },
    });
    await waitFor('two workers', async () => (await cluster.pool('demo')).status?.readyReplicas === 2, LONG);
    await waitFor(
      'costs',
      async () => {
        for (const { metadata } of await pods()) {
          await cluster.edit('v1', 'Pod', metadata.name, {
            metadata: { annotations: { [DELETION_COST]: '9' } },
          });
        }
        await cluster.edit('apps/v1', 'Deployment', 'demo', { spec: { replicas: 3 } });
        await sleep(5_000);
        return (await pods()).some((pod) => annotations(pod)[DELETION_COST] === '0');
      },
      LONG,
    );
  }

  /** What somebody changed is put back. */
  async function repairEverything(): Promise<void> {
    const label = 'app.kubernetes.io/name';
    const owned = [
      ['apps/v1', 'Deployment', 'demo'],
      ['autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa'],
      ['policy/v1', 'PodDisruptionBudget', 'demo'],
      ['v1', 'ServiceAccount', 'demo'],
    ] as const;
    for (const [apiVersion, kind, name] of owned) {
      await cluster.edit(apiVersion, kind, name, { metadata: { labels: { [label]: 'x' } } });
      await waitFor(`${kind} to be put back`, async () => {
        const found = await cluster.get(apiVersion, kind, name);
        return found !== undefined && labels(found)[label] !== 'x';
      });
    }
  }

  /** A pool that may be at zero and was woken for nothing is put back by the operator itself. */
  async function goToSleep(): Promise<void> {
    await waitFor(
      'the totals of the first process to be saved',
      () => cluster.get('v1', 'ConfigMap', `${cluster.leaseName}-exporter`, cluster.operatorNamespace),
      SOON,
    );
    await cluster.createPool('sleeper', {
      engine: {
        urls: environment().engines,
        topic: `${cluster.namespace}-sleeper`,
        // Of a process of its own: its figures are added to the saved totals.
        processDefinitionKeys: ['sleeper'],
      },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, minReplicas: 0, idle: { after: '1s' } },
    });
    await waitFor('the sleeper', () => cluster.get('apps/v1', 'Deployment', 'sleeper'), SOON);
    await cluster.edit('apps/v1', 'Deployment', 'sleeper', { spec: { replicas: 1 } });
    await waitFor(
      'the operator to put it back',
      async () => (await cluster.get('apps/v1', 'Deployment', 'sleeper'))?.spec.replicas === 0,
      LONG,
    );
  }

  /** Somebody else scales: our own autoscaler goes. */
  async function standBack(): Promise<void> {
    const metadata = { name: 'theirs', namespace: cluster.namespace };
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo' };
    await cluster.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3 },
    } as KubernetesObject);
    await waitFor('our own autoscaler to go', async () => !(await ours()), SOON);
  }

  it('are enough: no request was refused', () => {
    expect(refused(uses).map(inWords)).toEqual([]);
  });

  it('are all used', () => {
    const idle = unused(rights, uses).filter(
      ({ verb, resource }) => verb !== FINALIZERS.verb || resource !== FINALIZERS.resource,
    );
    expect(idle.map(inWords)).toEqual([]);
  });

  it('include none on Secrets but to watch the one that is granted, in its namespace', async () => {
    const secrets = rights.filter(({ resource }) => resource.split('/')[0] === 'secrets');
    const only = { group: '', resource: 'secrets', namespace: cluster.namespace, name: 'openai' };
    expect(secrets).toEqual([
      { ...only, verb: 'list' },
      { ...only, verb: 'watch' },
    ]);
    for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']) {
      expect(await may({ user: cluster.operatorUser }, { verb, group: '', resource: 'secrets' })).toBe(false);
    }
  });

  it('include that on finalizers, for clusters that ask for it', async () => {
    expect(await may({ user: cluster.operatorUser }, FINALIZERS)).toBe(true);
  });

  it('include the front proxy’s configuration, by a role of the cluster', () => {
    const configuration: Right = {
      verb: 'watch',
      group: '',
      resource: 'configmaps',
      namespace: 'kube-system',
      name: 'extension-apiserver-authentication',
    };
    expect(unused([configuration, { ...configuration, verb: 'list' }], uses)).toEqual([]);
  });

  async function may(
    subject: { user: string; groups?: string[] },
    { verb, group, resource: path }: Pick<Right, 'verb' | 'group' | 'resource'>,
  ): Promise<boolean> {
    const [resource, subresource] = path.split('/');
    const resourceAttributes = { verb, group, resource, subresource, namespace: cluster.namespace };
    const review = await cluster.objects.create({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { ...subject, resourceAttributes },
    } as KubernetesObject);
    return (review as { status?: { allowed?: boolean } }).status?.allowed === true;
  }

  describe('of people', () => {
    const POOLS = { group: 'farerules.dev', resource: 'fareruleworkerpools' };
    const STATUS = { ...POOLS, resource: 'fareruleworkerpools/status' };
    const READ = ['get', 'list', 'watch'];
    const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

    beforeAll(async () => {
      for (const role of ['view', 'edit', 'admin']) {
        await cluster.apply({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: role, namespace: cluster.namespace },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `${role}-user` }],
        } as KubernetesObject);
      }
    });

    it.each([
      ['view', READ, WRITE],
      ['edit', [...READ, ...WRITE], []],
      ['admin', [...READ, ...WRITE], []],
    ] as const)('who may %s a namespace are those on its pools', async (role, allowed, denied) => {
      const user = `${role}-user`;
      const answers = (verbs: readonly string[]) =>
        Promise.all(verbs.map(async (verb) => ((await may({ user }, { ...POOLS, verb })) ? [verb] : [])));
      expect((await answers(allowed)).flat()).toEqual(allowed);
      expect((await answers(denied)).flat()).toEqual([]);
      expect(await may({ user }, { ...STATUS, verb: 'get' })).toBe(true);
      expect(await may({ user }, { ...STATUS, verb: 'patch' })).toBe(false);
    });
  });
});
