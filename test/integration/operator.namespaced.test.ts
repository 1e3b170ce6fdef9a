/**
 * An installation that has nothing outside of a namespace: somebody with `admin` there can make it, and its operator
 * serves the pools there without asking for anything else.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments, stringify } from 'yaml';
import { buildHelm } from '../../charts/tools/helm.ts';
import { environment } from '../environment/environment.ts';
import { kubectlOf } from '../environment/kubectl.ts';
import { endOf, textSince } from '../support/auditLog.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { inWords, refused, usesIn } from '../support/rights.ts';
import { waitFor } from '../support/wait.ts';
import { withAuditedAccount } from './installation.ts';
import { IDLE_WORKER, poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const RELEASE = 'tenant-operator';
const EXAMPLE = join(ROOT, 'examples', 'namespaced');
const RIGHTS = ['ServiceAccount', 'Role', 'RoleBinding'];
/** Of `helm test`: it needs its account, which is made in the same moment. */
const isHook = ({ metadata }: KubernetesObject) => 'helm.sh/hook' in (metadata?.annotations ?? {});

async function rendered(namespace: string): Promise<KubernetesObject[]> {
  const text = await run(await buildHelm(), [
    ...['template', 'tenant', join(ROOT, 'charts', 'fareruleworkerpool-operator'), '--namespace', namespace],
    ...['--kube-version', '1.34.0', '-f', join(EXAMPLE, 'values.yaml')],
    ...['--set', `fullnameOverride=${RELEASE}`, '--set', `secretAccess[0].namespace=${namespace}`],
  ]);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

describe('an operator without any right in the cluster', () => {
  let cluster: TestCluster;
  let refunds: RefundProcess;
  let objects: KubernetesObject[];
  let from: number;
  const log = environment().auditLog;

  beforeAll(async () => {
    const placeholder = 'namespace-of-the-tenant';
    const text = JSON.stringify(await rendered(placeholder));
    cluster = await TestCluster.open('namespaced', (_, namespace) => {
      objects = JSON.parse(text.replaceAll(placeholder, namespace)) as KubernetesObject[];
      const rights = objects.filter((object) => RIGHTS.includes(object.kind ?? '') && !isHook(object));
      return withAuditedAccount(rights, RELEASE);
    });
    // Its pods are where its pools are; only the account is elsewhere, where the audit log sees what it reads.
    cluster.operatorNamespace = cluster.namespace;
    refunds = await deployRefundProcess();
    await cluster.secret('openai', { 'api-key': 'key' });
    from = log ? endOf(log) : 0;
    await cluster.startLeader({ EXPORTER_OWNER: RELEASE });
  }, 60_000);
  afterAll(async () => {
    // It would be a part of every other suite's `admin`.
    const kubectl = await kubectlOf(environment());
    await kubectl(['delete', '--ignore-not-found', '-f', join(EXAMPLE, 'install-right.yaml')]);
    await cluster.close();
    await refunds.remove();
  }, 60_000);

  it('is made by somebody who may do everything in that namespace, and nothing elsewhere', async () => {
    const kubectl = await kubectlOf(environment());
    const tenant = `${cluster.namespace}-tenant`;
    await kubectl(['apply', '-f', join(EXAMPLE, 'install-right.yaml')]);
    await kubectl([
      ...['--namespace', cluster.namespace, 'create', 'rolebinding', tenant],
      ...['--clusterrole=admin', `--user=${tenant}`],
    ]);
    const all = objects.filter((object) => !isHook(object)).map((object) => stringify(object));
    const made = await waitFor('the cluster to aggregate the right', () =>
      kubectl(
        ['apply', '--dry-run=server', '--force-conflicts', '--server-side', `--as=${tenant}`, '-f', '-'],
        all.join('---\n'),
      ),
    );
    expect(made.trim().split('\n')).toHaveLength(all.length);
  }, 60_000);

  it('scales the pools there by itself', async () => {
    await cluster.createPool('demo', {
      engine: { urls: environment().engines, topic: refunds.topic },
      worker: IDLE_WORKER,
      scaling: { ...poolSpec().scaling, minReplicas: 1, tasksPerReplica: 5 },
    });
    const { message } = await cluster.condition('demo', 'ScalingActive', 'DirectMode');
    expect(message).toContain('this operator does not serve external.metrics.k8s.io');
    await cluster.condition('demo', 'EngineReachable', 'Counted');
    for (let n = 0; n < 14; n += 1) await refunds.start();
    const replicas = async () => (await cluster.get('apps/v1', 'Deployment', 'demo'))?.spec.replicas;
    await waitFor('3 replicas', async () => (await replicas()) === 3, { timeoutMs: 30_000 });
    expect(await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'demo-hpa')).toBeUndefined();
  }, 60_000);

  it('has totals that go with its Role', async () => {
    const totals = await waitFor('the totals', () => cluster.get('v1', 'ConfigMap', `${RELEASE}-exporter`), {
      timeoutMs: 30_000,
    });
    const role = await cluster.get('rbac.authorization.k8s.io/v1', 'Role', RELEASE);
    expect(totals.metadata).toMatchObject({
      ownerReferences: [{ kind: 'Role', name: RELEASE, uid: role?.metadata.uid }],
    });
  }, 60_000);

  (log ? it : it.skip)(
    'asked for nothing that it may not have, and for nothing outside of the namespace',
    async () => {
      await cluster.stopOperators();
      const uses = usesIn(textSince(log ?? '', from), cluster.operatorUser);
      expect(uses).not.toHaveLength(0);
      expect(refused(uses).map(inWords)).toEqual([]);
      const elsewhere = uses.filter(({ namespace }) => namespace !== cluster.namespace).map(inWords);
      expect([...new Set(elsewhere)]).toEqual([]);
    },
    60_000,
  );
});
