/** Names, labels and ownership of what belongs to a pool. */
import { type FareRuleWorkerPool, GROUP, KIND, VERSION } from '../../../crds/src/pool.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from './objects.ts';

/** Field manager of every server-side apply, and the value of the managed-by label. */
export const MANAGER = 'fareruleworkerpool-operator';
/** Keeps the number of pods of a new Deployment until somebody scales it: see initialReplicas.ts. */
export const REPLICAS_MANAGER = `${MANAGER}-initial-replicas`;
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const POOL_LABEL = `${GROUP}/pool`;
/** Carries a hash of the manifest that was applied last: it tells when a field must be taken away. */
export const APPLIED_ANNOTATION = `${GROUP}/applied`;
/** Name of the external metric: tasks that wait and tasks in work, together. */
export const BACKLOG_METRIC = 'camunda_external_tasks_backlog';

/** How a pool is called in queues and maps. */
export const poolKey = (namespace: string, name: string): string => `${namespace}/${name}`;

export const workloadName = (pool: string): string => pool;
export const autoscalerName = (pool: string): string => `${pool}-hpa`;

/** Labels that select a pool's pods; a Deployment cannot change them later. */
export const selectorLabels = (pool: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'llm-worker',
  'app.kubernetes.io/instance': pool,
});

export const poolLabels = (pool: string): Record<string, string> => ({
  ...selectorLabels(pool),
  [MANAGED_BY_LABEL]: MANAGER,
  [POOL_LABEL]: pool,
});

export function ownerReference(pool: FareRuleWorkerPool): OwnerReference {
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: KIND,
    name: pool.metadata.name,
    uid: pool.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Metadata of an owned object. */
export function ownedMeta(pool: FareRuleWorkerPool, name: string): ObjectMeta {
  return {
    name,
    namespace: pool.metadata.namespace,
    labels: poolLabels(pool.metadata.name),
    ownerReferences: [ownerReference(pool)],
  };
}

/** Whether this very pool, not an earlier one of the same name, controls the object. */
export function controlledBy(object: KubeObject, pool: FareRuleWorkerPool): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    (owner) => owner.controller === true && owner.uid === pool.metadata.uid,
  );
}
