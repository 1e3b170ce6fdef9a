/**
 * Nothing of the operator may stay that harms others: an APIService that leads nowhere keeps every namespace
 * of the cluster from being deleted.
 */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { sleep, waitFor } from '../support/wait.ts';
import { asRelease, withAuditedAccount } from './installation.ts';
import { METRICS_API_SERVICE, TestCluster } from './operatorHarness.ts';

const API_SERVICES = 'apiregistration.k8s.io/v1';
const SOON = { timeoutMs: 4_000, everyMs: 50 };
const namespaceNamed = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

describe('the registration of the metrics API', () => {
  let cluster: TestCluster;
  let release: string;
  let env: Record<string, string>;
  let operator: Awaited<ReturnType<TestCluster['startLeader']>>;

  beforeEach(async () => {
    cluster = await TestCluster.open('removal', (rights, namespace) => {
      release = `${namespace}-release`;
      return withAuditedAccount(asRelease(rights, release, `${namespace}-system`), release);
    });
    env = { ...(await cluster.serveMetrics()), METRICS_API_OWNER: release };
    operator = await cluster.startLeader(env);
    await waitFor('the registration', registration);
  }, 60_000);
  afterEach(() => cluster.close(), 60_000);

  const registration = () => cluster.get(API_SERVICES, 'APIService', METRICS_API_SERVICE);
  const registrationGone = (timeoutMs = SOON.timeoutMs) =>
    waitFor('the registration to go', async () => !(await registration()), { ...SOON, timeoutMs });
  const deleteOwnNamespace = () => cluster.objects.delete(namespaceNamed(cluster.operatorNamespace));
  const namespaceGone = (name: string) =>
    waitFor(`namespace ${name} to go`, async () => !(await cluster.get('v1', 'Namespace', name)), {
      timeoutMs: 90_000,
    });

  it('goes with the operator’s namespace, so that namespaces can be deleted', async () => {
    const unrelated = `unrelated-${randomBytes(3).toString('hex')}`;
    await cluster.apply(namespaceNamed(unrelated));
    await deleteOwnNamespace();
    await registrationGone();
    await cluster.objects.delete(namespaceNamed(unrelated));
    await namespaceGone(unrelated);
    await namespaceGone(cluster.operatorNamespace);
    expect(await registration()).toBeUndefined();
  }, 240_000);

  it('goes also when the operator is told to stop in that moment', async () => {
    operator.signal('SIGSTOP');
    await deleteOwnNamespace();
    operator.signal('SIGTERM');
    operator.signal('SIGCONT');
    expect(await operator.exited).toBe(0);
    await registrationGone();
  }, 60_000);

  it('goes also when the operator is started only then', async () => {
    await operator.stop();
    // What holds the namespace back, so that there is time to start.
    const hold: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'hold',
        namespace: cluster.operatorNamespace,
        finalizers: ['test.farerules.dev/hold'],
      },
    };
    await cluster.apply(hold);
    try {
      await deleteOwnNamespace();
      expect(await registration()).toBeDefined();
      await cluster.startOperator(env);
      await registrationGone(8_000);
    } finally {
      await cluster.apply({ ...hold, metadata: { ...hold.metadata, finalizers: [] } });
    }
  }, 60_000);

  it('stays when it is another provider’s', async () => {
    await cluster.apply({
      apiVersion: API_SERVICES,
      kind: 'APIService',
      metadata: { name: METRICS_API_SERVICE, labels: { 'app.kubernetes.io/managed-by': 'another-provider' } },
    });
    await deleteOwnNamespace();
    await sleep(3_000);
    expect(await registration()).toBeDefined();
  }, 60_000);

  it('goes with the operator’s ClusterRole, and comes back with it', async () => {
    const role = await cluster.get('rbac.authorization.k8s.io/v1', 'ClusterRole', release);
    if (!role) throw new Error(`there is no ClusterRole ${release}`);
    expect((await registration())?.metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'ClusterRole', name: release, uid: role.metadata.uid }),
    ]);
    await cluster.objects.delete(role);
    await registrationGone(20_000);
    // The operator still runs and still may make one.
    await sleep(6_000);
    expect(await registration()).toBeUndefined();
    await cluster.apply({
      apiVersion: role.apiVersion,
      kind: role.kind,
      metadata: { name: release },
      rules: role.rules,
    } as KubernetesObject);
    await waitFor('the registration again', registration, { timeoutMs: 30_000 });
  }, 120_000);
});
