/**
 * A new Deployment starts with the pool's fewest pods, none for a pool that may
 * be at zero. From then on the number belongs to whoever scales.
 *
 * The manifest that is applied later has no `replicas`. A field that a manager
 * applied and then leaves out is reset to its default, one pod, unless another
 * manager has it too: so a second name of ours takes the number as well, until
 * somebody scales and the field is his.
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

/** After that manifest was applied. */
export function keeping({ apiVersion, kind, metadata }: Manifest, replicas: number): KeepReplicas[] {
  if (replicas === DEFAULT_REPLICAS) return [];
  const { name, namespace } = metadata;
  const manifest = { apiVersion, kind, metadata: { name, namespace: namespace ?? '' }, spec: { replicas } };
  return [{ action: 'keepReplicas', manifest }];
}

/** For a Deployment whose maker was interrupted in between: the first name alone has the number. */
export function keepingOwn(manifest: Manifest, { metadata, spec }: Deployment): KeepReplicas[] {
  const owners = metadata.managedFields ?? [];
  const interrupted =
    owners.length > 0 &&
    owners.every(({ manager, operation }) => manager === MANAGER && operation === 'Apply');
  return interrupted && spec.replicas !== undefined ? keeping(manifest, spec.replicas) : [];
}
