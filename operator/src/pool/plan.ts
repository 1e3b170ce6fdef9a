/** What to do about a pool: a pure function of one Observation. */
import { type ParsedSpec, parsePoolSpec } from '../../../crds/src/pool.ts';
import { type Credentials, checkCredentials } from './credentials.ts';
import { inSync, stamped } from './drift.ts';
import { type KeepReplicas, keepReplicas, withReplicas } from './initialReplicas.ts';
import { autoscaler } from './manifests/autoscaler.ts';
import { deployment } from './manifests/deployment.ts';
import { disruptionBudget, mayNeedBudget } from './manifests/disruptionBudget.ts';
import { serviceAccount } from './manifests/serviceAccount.ts';
import { controlledBy } from './names.ts';
import type { Deployment, KubeObject, Manifest } from './objects.ts';
import type { Observation } from './observation.ts';
import { decideScaling, type ScalingDecision } from './scaling/decide.ts';

export type Step =
  /** Make an object that is not there; never take over one that appeared meanwhile. */
  | { action: 'create'; manifest: Manifest }
  /** Bring an object that is ours back to what it should be. */
  | { action: 'apply'; manifest: Manifest }
  /** Leave the number of pods of a new Deployment to whoever scales it; nothing to do where somebody has. */
  | KeepReplicas
  /** Set the number of pods of a Deployment, as the scaling decision says. */
  | { action: 'scale'; name: string; namespace: string; replicas: number }
  /** Remove an object of ours, as the uid says: not one that took its name meanwhile. */
  | { action: 'delete'; object: KubeObject }
  /** Set `controller.kubernetes.io/pod-deletion-cost` of a pod; a pod that has gone needs none. */
  | { action: 'deletionCost'; name: string; namespace: string; cost: number }
  /** Tell a pod something by its annotation `farerules.dev/directives`. */
  | { action: 'directives'; name: string; namespace: string; text: string };

export interface Plan {
  spec: ParsedSpec;
  steps: Step[];
  /** Objects with a name that the pool needs, but of somebody else. */
  conflicts: KubeObject[];
  /** Absent for a pool whose spec is invalid. */
  credentials?: Credentials;
  /** Absent for a pool whose spec is invalid or that is being deleted. */
  scaling?: ScalingDecision;
}

export function plan(observation: Observation): Plan {
  const { pool, live } = observation;
  const spec = parsePoolSpec(pool.spec);
  // Garbage collection removes what a deleted pool owns; making it anew would race with that.
  if (!spec.ok || pool.metadata.deletionTimestamp) return { spec, steps: [], conflicts: [] };

  const { name, namespace } = pool.metadata;
  const { secrets, operator } = observation;
  const credentials = checkCredentials(namespace, name, spec.spec, secrets, operator);
  const scaling = decideScaling(observation, spec.spec);
  const initial = spec.spec.scaling.minReplicas;
  const wanted: { manifest: Manifest; found: KubeObject | undefined }[] = [
    { manifest: serviceAccount(pool), found: live.serviceAccount },
  ];
  // A pod without its credentials cannot start, and the kubelet is slow to try again. Workers that run
  // already keep the credentials that they have: a new template would end one whose successor cannot start.
  const startable = credentials.ready || !credentials.blocking;
  const running = live.deployment !== undefined && controlledBy(live.deployment, pool);
  if (startable) {
    wanted.push({
      manifest: deployment(pool, spec.spec, observation.workerImage),
      found: live.deployment,
    });
  }
  if (startable || running) {
    if (live.disruptionBudget || mayNeedBudget(initial, live.deployment)) {
      wanted.push({ manifest: disruptionBudget(pool), found: live.disruptionBudget });
    }
    if (scaling.mode.kind === 'autoscaler') {
      wanted.push({
        manifest: autoscaler(pool, spec.spec, scaling.hpa, observation.cpuMetricsServed),
        found: live.autoscaler,
      });
    }
  }

  const steps: Step[] = [];
  const conflicts: KubeObject[] = [];
  for (const { manifest, found } of wanted) {
    if (found && !controlledBy(found, pool)) conflicts.push(found);
    else steps.push(...stepsFor(stamped(manifest), found, initial));
  }
  steps.push(...scalingSteps(observation, scaling));
  return { spec, steps, conflicts, credentials, scaling };
}

/** Who scales, and to how many; nothing for a Deployment that is not ours or on its way out. */
function scalingSteps(
  { pool, live }: Observation,
  { mode, scaleTo, costs, directives }: ScalingDecision,
): Step[] {
  const { deployment, autoscaler } = live;
  const { namespace } = pool.metadata;
  const ours = autoscaler !== undefined && controlledBy(autoscaler, pool);
  // Two that scale would undo each other's steps: the autoscaler goes first, and has gone before we write.
  const leaving: Step[] =
    mode.kind !== 'autoscaler' && ours && !autoscaler.metadata.deletionTimestamp
      ? [{ action: 'delete', object: autoscaler }]
      : [];
  if (!deployment || !controlledBy(deployment, pool) || deployment.metadata.deletionTimestamp) return leaving;
  const mayScale = mode.kind === 'autoscaler' || (mode.kind === 'direct' && !ours);
  const { name } = deployment.metadata;
  return [
    ...leaving,
    // Before the step down that they are for.
    ...costs.map(({ pod, cost }): Step => ({ action: 'deletionCost', name: pod, namespace, cost })),
    ...(mayScale && scaleTo !== undefined
      ? [{ action: 'scale' as const, name, namespace, replicas: scaleTo }]
      : []),
    // Pods that share a quota make room while the new ones start; nothing of that may hold a step up.
    ...directives.map(({ pod, text }): Step => ({ action: 'directives', name: pod, namespace, text })),
  ];
}

function stepsFor(manifest: Manifest, found: KubeObject | undefined, initial: number): Step[] {
  if (!found) {
    const first = manifest.kind === 'Deployment' ? withReplicas(manifest, initial) : manifest;
    return [{ action: 'create', manifest: first }];
  }
  // What is on its way out is made anew once it has gone.
  if (found.metadata.deletionTimestamp) return [];
  if (inSync(found, manifest)) return [];
  const kept = manifest.kind === 'Deployment' ? keepReplicas(manifest, found as Deployment) : [];
  return [...kept, { action: 'apply', manifest }];
}
