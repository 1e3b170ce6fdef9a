/** What to do about a pool: a pure function of one Observation. */
import { type ParsedSpec, parsePoolSpec } from '../../../crds/src/pool.ts';
import { assembleCredentials, type Credentials } from './credentials.ts';
import { inSync, stamped } from './drift.ts';
import { autoscaler } from './manifests/autoscaler.ts';
import { deployment } from './manifests/deployment.ts';
import { disruptionBudget } from './manifests/disruptionBudget.ts';
import { credentialsSecret } from './manifests/secret.ts';
import { serviceAccount } from './manifests/serviceAccount.ts';
import { controlledBy } from './names.ts';
import type { KubeObject, Manifest } from './objects.ts';
import type { Observation } from './observation.ts';

export type Step =
  /** Make an object that is not there; never take over one that appeared meanwhile. */
  | { action: 'create'; manifest: Manifest }
  /** Bring an object that is ours back to what it should be. */
  | { action: 'apply'; manifest: Manifest }
  /** Set the number of pods of a Deployment that was just made; after this it belongs to whoever scales. */
  | { action: 'scale'; name: string; namespace: string; replicas: number };

export interface Plan {
  spec: ParsedSpec;
  steps: Step[];
  /** Objects with a name that the pool needs, but of somebody else. */
  conflicts: KubeObject[];
  /** Absent for a pool whose spec is invalid. */
  credentials?: Credentials;
}

export function plan(observation: Observation): Plan {
  const { pool, live } = observation;
  const spec = parsePoolSpec(pool.spec);
  // Garbage collection removes what a deleted pool owns; making it anew would race with that.
  if (!spec.ok || pool.metadata.deletionTimestamp) return { spec, steps: [], conflicts: [] };

  const credentials = assembleCredentials(pool.metadata.namespace, spec.spec, observation.secrets);
  const wanted: { manifest: Manifest; found: KubeObject | undefined }[] = [
    { manifest: serviceAccount(pool), found: live.serviceAccount },
  ];
  if (credentials.ready) {
    wanted.push({ manifest: credentialsSecret(pool, credentials.data), found: live.secret });
  }
  // A pod without its credentials cannot start, and the kubelet is slow to try again. Workers that run
  // already keep the credentials that they have.
  const credentialsExist =
    credentials.ready || (live.secret !== undefined && controlledBy(live.secret, pool));
  if (credentialsExist) {
    wanted.push(
      {
        manifest: deployment(pool, spec.spec, observation.workerImage),
        found: live.deployment,
      },
      { manifest: disruptionBudget(pool), found: live.disruptionBudget },
      {
        manifest: autoscaler(pool, spec.spec, observation.cpuMetricsServed),
        found: live.autoscaler,
      },
    );
  }

  const steps: Step[] = [];
  const conflicts: KubeObject[] = [];
  for (const { manifest, found } of wanted) {
    if (found && !controlledBy(found, pool)) conflicts.push(found);
    else steps.push(...stepsFor(stamped(manifest), found, spec.spec.scaling.minReplicas));
  }
  return { spec, steps, conflicts, credentials };
}

function stepsFor(manifest: Manifest, found: KubeObject | undefined, replicas: number): Step[] {
  if (!found) {
    const create: Step = { action: 'create', manifest };
    if (manifest.kind !== 'Deployment' || replicas === 1) return [create];
    const { name, namespace = '' } = manifest.metadata;
    return [create, { action: 'scale', name, namespace, replicas }];
  }
  // What is on its way out is made anew once it has gone.
  if (found.metadata.deletionTimestamp || inSync(found, manifest)) return [];
  return [{ action: 'apply', manifest }];
}
