/** The kinds that the operator talks about, with the paths under which the API server has them. */
import { GROUP, KIND, PLURAL, VERSION } from '../../../crds/src/pool.ts';
import type { KubeObject } from '../pool/objects.ts';

export interface Kind {
  apiVersion: string;
  kind: string;
  plural: string;
  clusterScoped?: true;
}

export const KINDS = {
  pool: { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, plural: PLURAL },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  autoscaler: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
  },
  disruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' },
  secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods' },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  event: { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events' },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' },
  apiService: {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    plural: 'apiservices',
    clusterScoped: true,
  },
  namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', clusterScoped: true },
  role: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles' },
  clusterRole: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    clusterScoped: true,
  },
  selfReview: {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    clusterScoped: true,
  },
  accessReview: {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    clusterScoped: true,
  },
} as const satisfies Record<string, Kind>;

/** The kind of an object. @throws Error for a kind that the operator does not know. */
export function kindOf(object: KubeObject): Kind {
  const found = Object.values(KINDS).find(({ kind }) => kind === object.kind);
  if (!found) throw new Error(`unknown kind ${object.kind}`);
  return found;
}

/** Path of a collection, or of one object in it. Without a namespace: all namespaces. */
export function path(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.apiVersion === 'v1' ? '/api/v1' : `/apis/${kind.apiVersion}`;
  const scope = namespace && !('clusterScoped' in kind) ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${kind.plural}${object}${subresource ? `/${subresource}` : ''}`;
}
