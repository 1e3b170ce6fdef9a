/**
 * Who owns the APIService. It has no namespace, so that nothing in the operator's
 * namespace can own it; left behind, it would keep other people's namespaces from
 * being deleted. The installation's ClusterRole owns it and goes with every kind of
 * uninstall but one: the deletion of the namespace. Therefore the namespace, which
 * is itself without one, owns that ClusterRole.
 */
import type { KubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import type { KubeObject, OwnerReference } from '../pool/objects.ts';

/** @returns the ClusterRole, owned by the namespace; undefined where there is none of that name */
export async function apiServiceOwner(
  client: KubeClient,
  clusterRole: string,
  namespace: string,
): Promise<KubeObject | undefined> {
  const [role, home] = await Promise.all([
    client.get(KINDS.clusterRole, clusterRole),
    client.get(KINDS.namespace, namespace),
  ]);
  const owners = role?.metadata.ownerReferences ?? [];
  if (!role || !home?.metadata.uid || owners.some(({ uid }) => uid === home.metadata.uid)) return role;
  const owner: OwnerReference = {
    apiVersion: 'v1',
    kind: 'Namespace',
    name: namespace,
    uid: home.metadata.uid,
  };
  await client.merge(KINDS.clusterRole, clusterRole, undefined, {
    metadata: { resourceVersion: role.metadata.resourceVersion, ownerReferences: [...owners, owner] },
  });
  return role;
}
