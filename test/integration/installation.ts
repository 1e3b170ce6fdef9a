/** The operator's rights as another release of the chart has them, beside those of the manifests. */
import type { KubernetesObject } from '@kubernetes/client-node';

/** Names as the manifests have them. */
const RELEASE = 'fareruleworkerpool-operator';
const NAMESPACE = 'fareruleworkerpool-system';

interface Rule {
  resources: string[];
  resourceNames?: string[];
}

interface Binding extends KubernetesObject {
  roleRef: { kind: string; name: string };
  subjects: { name: string; namespace: string }[];
}

/** Under another name, in another namespace. */
export function asRelease(
  objects: KubernetesObject[],
  release: string,
  namespace: string,
): KubernetesObject[] {
  const text = JSON.stringify(objects).replaceAll(RELEASE, release).replaceAll(NAMESPACE, namespace);
  return JSON.parse(text) as KubernetesObject[];
}

/**
 * As the chart's `secretAccess` renders it.
 * @param names left out: all of the namespace
 */
export function secretAccess(
  namespace: string,
  account: { name: string; namespace: string },
  names?: string[],
): KubernetesObject[] {
  const metadata = { name: `${account.name}-secrets`, namespace };
  const rule = {
    apiGroups: [''],
    resources: ['secrets'],
    ...(names && { resourceNames: names }),
    verbs: ['list', 'watch'],
  };
  return roleOf(account, metadata, [rule]);
}

/** A Role, and its binding to the account. */
function roleOf(
  account: { name: string; namespace: string },
  metadata: { name: string; namespace: string },
  rules: object[],
): KubernetesObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const roleRef = { apiGroup, kind: 'Role', name: metadata.name };
  const subjects = [{ kind: 'ServiceAccount', ...account }];
  return [
    { apiVersion, kind: 'Role', metadata, rules } as KubernetesObject,
    { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects } as KubernetesObject,
  ];
}

/** What the chart gives in its own namespace under the release's name, under the name that a suite's operator has. */
export function ownNames(name: string, account: { name: string; namespace: string }): KubernetesObject[] {
  const metadata = { name: `${name}-own`, namespace: account.namespace };
  const rule = (apiGroup: string, resource: string, resourceName: string) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    resourceNames: [resourceName],
    verbs: ['get', 'update'],
  });
  const rules = [rule('coordination.k8s.io', 'leases', name), rule('', 'configmaps', `${name}-exporter`)];
  return roleOf(account, metadata, rules);
}

/** Name of the Lease that these rights are for. */
export function leaseOf(rights: KubernetesObject[]): string | undefined {
  const rules = rights.flatMap((object) => ('rules' in object ? (object.rules as Rule[]) : []));
  return rules.find(({ resources, resourceNames }) => resourceNames && resources.includes('leases'))
    ?.resourceNames?.[0];
}

/**
 * As the chart's `watchNamespaces` renders it: bound in the namespace of pools. Then no rule grants again
 * what another one does, so that the loss of any is felt.
 */
export function limitedTo(objects: KubernetesObject[], release: string, pools: string): KubernetesObject[] {
  return objects.map((object) =>
    object.kind === 'ClusterRoleBinding' && object.metadata?.name === release
      ? { ...object, kind: 'RoleBinding', metadata: { ...object.metadata, namespace: pools } }
      : object,
  );
}

/** With the ServiceAccount in the manifests' namespace: the audit log has what is read by those alone. */
export function withAuditedAccount(objects: KubernetesObject[], release: string): KubernetesObject[] {
  const move = <T extends { name?: string; namespace?: string }>(subject: T): T =>
    subject.name === release ? { ...subject, namespace: NAMESPACE } : subject;
  return objects.map((object) => {
    if (object.kind === 'ServiceAccount') return { ...object, metadata: move(object.metadata ?? {}) };
    if (!('subjects' in object)) return object;
    return { ...object, subjects: (object as Binding).subjects.map(move) } as KubernetesObject;
  });
}
