/**
 * What a pool says when it cannot be had: a Secret that the operator may not read, and a spec
 * that an older CRD let in. The pools beside it go on.
 */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { withoutRules } from './crdWithoutRules.ts';
import { TestCluster } from './operatorHarness.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

describe('a pool that cannot be had', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.open('refusals');
    await limitSecrets('granted');
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('granted', { 'api-key': 'key' });
    await cluster.secret('private', { 'api-key': 'key' });
  }, 60_000);
  afterAll(async () => {
    await cluster.applyCrd();
    await cluster.close();
  }, 60_000);

  /** The operator's account from here on: the rights of the manifests, but only these Secrets by name. */
  async function limitSecrets(...granted: string[]): Promise<void> {
    const { namespace } = cluster;
    const account = { kind: 'ServiceAccount', name: 'limited', namespace };
    const manifest = cluster.operatorAccount;
    const rights = async (kind: string, name: string, inNamespace?: string) =>
      (await cluster.get(RBAC, kind, name, inNamespace))?.rules as { resources: string[]; verbs: string[] }[];
    const rules = [
      ...(await rights('Role', manifest, cluster.operatorNamespace)),
      ...(await rights('ClusterRole', manifest)).map((rule) => ({
        ...rule,
        resources: rule.resources.filter((resource) => resource !== 'secrets'),
      })),
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      {
        apiGroups: [''],
        resources: ['secrets'],
        // What the operator assembles it may read again.
        resourceNames: [...granted, 'healthy-credentials', 'refused-credentials', 'late-credentials'],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
    ];
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'limited' };
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'limited', namespace } },
      { apiVersion: RBAC, kind: 'Role', metadata: { name: 'limited', namespace }, rules } as KubernetesObject,
      bind('limited', role),
      {
        apiVersion: RBAC,
        kind: 'ClusterRoleBinding',
        metadata: { name: namespace },
        roleRef: { ...role, kind: 'ClusterRole', name: `${manifest}-cluster` },
        subjects: [account],
      } as KubernetesObject,
    );
    cluster.operatorAccount = 'limited';
    cluster.operatorNamespace = namespace;
    cluster.accountNamespace = namespace;
  }

  function bind(name: string, roleRef: object): KubernetesObject {
    const { namespace } = cluster;
    const subjects = [{ kind: 'ServiceAccount', name: 'limited', namespace }];
    return {
      apiVersion: RBAC,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef,
      subjects,
    } as KubernetesObject;
  }

  const usingSecret = (name: string) => ({ llm: { credentials: [{ secretRef: { name } }] } });

  it('is had where the operator may read just the Secrets that it names', async () => {
    await cluster.createPool('healthy', usingSecret('granted'));
    await cluster.condition('healthy', 'CredentialsReady', 'CredentialsFound');
  });

  it('prints the Role that is missing, and that Role is enough', async () => {
    await cluster.createPool('refused', usingSecret('private'));
    const { message } = await cluster.condition('refused', 'CredentialsReady', 'SecretForbidden');
    expect(message).toMatch(
      /^spec\.llm\.credentials\[0\]\.secretRef: the operator may not read Secret "private" in namespace /,
    );
    const printed = JSON.parse(message.slice(message.indexOf('{')));
    await cluster.apply(
      printed,
      bind('as-printed', {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: printed.metadata.name,
      }),
    );
    await cluster.condition('refused', 'CredentialsReady', 'CredentialsFound', 40_000);
  }, 60_000);

  it('names the field and the remedy of a spec that an older CRD let in, and changes nothing of it', async () => {
    await cluster.applyCrd(withoutRules);
    const bounds = async () => {
      const hpa = await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'healthy-hpa');
      return hpa?.spec;
    };
    const before = await bounds();
    await cluster.createPool('healthy', {
      ...usingSecret('granted'),
      scaling: { minReplicas: 9, maxReplicas: 5 },
    });
    // After a change of its CRD the API server answers watches with 429, for seconds on a busy machine.
    const { message } = await cluster.condition('healthy', 'Ready', 'InvalidSpec', 40_000);
    expect(message).toBe(
      'spec.scaling.maxReplicas: scaling.maxReplicas must be at least scaling.minReplicas: raise the one or lower the other',
    );
    expect(before).toMatchObject({ minReplicas: 2 });
    expect(await bounds()).toEqual(before);
  }, 60_000);

  it('does not keep the next pool from being had', async () => {
    await cluster.createPool('late', usingSecret('granted'));
    await cluster.condition('late', 'CredentialsReady', 'CredentialsFound');
  }, 20_000);
});
