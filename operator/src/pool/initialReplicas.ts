/**
 * A new Deployment starts with the pool's fewest pods, none for a pool that may
 * be at zero. From then on the number belongs to whoever scales.
 *
 * The manifest that is applied later has no `replicas`. A field that a manager
 * applied and then leaves out is reset to its default, one pod, unless another
 * manager has it too: so before a Deployment that nobody has scaled is applied
 * again, a second name of ours takes the number as well. Most are scaled before
 * that, and the field is his who did.
 */
import { MANAGER } from './names.ts';
import type { Deployment, Manifest } from './objects.ts';

/** What a Deployment gets that says nothing. */
const DEFAULT_REPLICAS = 1;

export interface KeepReplicas {
  action: 'keepReplicas';
  manifest: Manifest;
}

/** The manifest of a new Deployment. The default is left out: then nobody owns it. */
export function withReplicas(manifest: Manifest, replicas: number): Manifest {
  return replicas === DEFAULT_REPLICAS ? manifest : { ...manifest, spec: { ...manifest.spec, replicas } };
}

/** Before a Deployment is applied again whose number of pods is still the one that it was made with. */
export function keepReplicas(
  { apiVersion, kind, metadata: { name, namespace } }: Manifest,
  { metadata, spec }: Deployment,
): KeepReplicas[] {
  const owners = metadata.managedFields ?? [];
  const ours =
    owners.length > 0 &&
    owners.every(({ manager, operation }) => manager === MANAGER && operation === 'Apply');
  if (!ours || spec.replicas === undefined) return [];
  const kept = { apiVersion, kind, metadata: { name, namespace: namespace ?? '' } };
  return [{ action: 'keepReplicas', manifest: { ...kept, spec: { replicas: spec.replicas } } }];
}
