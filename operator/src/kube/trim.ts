/**
 * What of an object is kept in a local copy. Who set which field is about half
 * of a small object and nobody reads it, but for one question: who owns a
 * Deployment's number of pods.
 */
import type { KubeObject, ManagedFields } from '../pool/objects.ts';

export function trimmed<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata;
  const owners = object.kind === 'Deployment' ? replicasOwners(managedFields) : undefined;
  return { ...object, metadata: { ...metadata, ...(owners && { managedFields: owners }) } };
}

function replicasOwners(entries: ManagedFields[] = []): ManagedFields[] {
  return entries
    .filter(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:replicas'] !== undefined)
    .map(({ manager, operation, subresource }) => ({
      manager,
      operation,
      ...(subresource !== undefined && { subresource }),
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    }));
}
