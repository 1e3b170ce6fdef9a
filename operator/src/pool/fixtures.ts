/** Observations for the table tests: a healthy pool, and how to make it otherwise. */
import { type FareRuleWorkerPool, GROUP, KIND, type PoolSpecInput, VERSION } from '../../../crds/src/pool.ts';
import { stamped } from './drift.ts';
import { ownerReference } from './names.ts';
import type { KubeObject, Manifest } from './objects.ts';
import type { LiveObjects, Observation } from './observation.ts';
import { plan } from './plan.ts';

export const minimalSpec: PoolSpecInput = {
  engine: { urls: ['http://engine:8080/engine-rest'] },
  llm: { credentials: [{ secretRef: { name: 'openai' } }] },
};

/** When the fixtures were seen, in milliseconds. */
export const NOW = 1_767_225_600_000;

export function pool(spec: unknown = minimalSpec): FareRuleWorkerPool {
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: KIND,
    metadata: { name: 'refunds', namespace: 'airline', uid: 'uid-1', generation: 3 },
    spec,
  };
}

/** Nothing made yet, the credential there, the engine answering. */
export function observation(overrides: Partial<Observation> = {}): Observation {
  return {
    now: NOW,
    pool: pool(),
    live: {},
    secrets: {
      openai: {
        state: 'found',
        secret: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'openai' },
          data: { 'api-key': 'a2V5' },
        },
      },
    },
    pods: [],
    backlog: { known: true, pending: 120, inFlight: 30, at: '2026-01-01T00:00:00Z' },
    metricsApi: { state: 'ours' },
    cpuMetricsServed: false,
    workerImage: 'worker:1',
    ...overrides,
  };
}

const FIELDS: Record<string, keyof LiveObjects> = {
  ServiceAccount: 'serviceAccount',
  Deployment: 'deployment',
  HorizontalPodAutoscaler: 'autoscaler',
  PodDisruptionBudget: 'disruptionBudget',
};

/** What the API server would hold after the plan for this observation was carried out. */
export function applied(before: Observation): Observation {
  const live: LiveObjects = { ...before.live };
  for (const step of plan(before).steps) {
    if (step.action !== 'create' && step.action !== 'apply') continue;
    const field = FIELDS[step.manifest.kind];
    if (field) Object.assign(live, { [field]: step.manifest });
  }
  return { ...before, live };
}

/** The same with workers that run and an autoscaler that reports. */
export function healthy(overrides: Partial<Observation> = {}): Observation {
  const made = applied(observation({ ...overrides, metricsApi: { state: 'ours' } }));
  const { deployment, autoscaler } = made.live;
  if (!deployment || !autoscaler) throw new Error('the plan makes both');
  return {
    ...made,
    ...(overrides.metricsApi && { metricsApi: overrides.metricsApi }),
    live: {
      ...made.live,
      deployment: {
        ...deployment,
        spec: { ...deployment.spec, replicas: 3 },
        metadata: { ...deployment.metadata, generation: 1 },
        status: {
          observedGeneration: 1,
          replicas: 3,
          updatedReplicas: 3,
          readyReplicas: 3,
          availableReplicas: 3,
        },
      },
      autoscaler: { ...autoscaler, status: { conditions: [{ type: 'ScalingActive', status: 'True' }] } },
    },
  };
}

/** An object of somebody else. */
export function foreign(kind: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'airline', uid: 'theirs' } };
}

/** An object that an earlier pool of the same name controls. */
export function formerly(manifest: Manifest): Manifest {
  const owner = { ...ownerReference(pool()), uid: 'uid-0' };
  return stamped({ ...manifest, metadata: { ...manifest.metadata, ownerReferences: [owner] } });
}
