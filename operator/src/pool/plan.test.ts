import { describe, expect, it } from '@jest/globals';
import { applied, foreign, formerly, healthy, minimalSpec, observation, pool } from './fixtures.ts';
import { serviceAccount } from './manifests/serviceAccount.ts';
import { MANAGER } from './names.ts';
import type { Deployment, ManagedFields, Manifest } from './objects.ts';
import type { LiveObjects, Observation } from './observation.ts';
import { plan } from './plan.ts';

const told = (seen: Observation) =>
  plan(seen).steps.map((step) => {
    switch (step.action) {
      case 'scale':
        return `scale to ${step.replicas}`;
      case 'keepReplicas':
        return `keep ${step.manifest.spec?.replicas}`;
      case 'create': {
        const replicas = step.manifest.spec?.replicas;
        return `create ${step.manifest.kind}${replicas === undefined ? '' : ` with ${replicas}`}`;
      }
      case 'deletionCost':
        return `cost ${step.cost} for ${step.name}`;
      case 'directives':
        return `tell ${step.name} ${step.text}`;
      case 'delete':
        return `delete ${step.object.kind}`;
      default:
        return `${step.action} ${step.manifest.kind}`;
    }
  });
const withSpec = (spec: object) => pool({ ...minimalSpec, ...spec });
const running = healthy();
const edited = (change: (deployment: Deployment & Manifest) => void): Observation => {
  const deployment = structuredClone(running.live.deployment) as Deployment & Manifest;
  change(deployment);
  return { ...running, live: { ...running.live, deployment } };
};
const replicasOf = (operation: 'Apply' | 'Update'): ManagedFields => ({
  manager: MANAGER,
  operation,
  fieldsV1: { 'f:spec': { 'f:replicas': {} } },
});
const backlog = (pending: number) =>
  ({ known: true, pending, inFlight: 0, at: '2026-01-01T00:00:00Z' }) as const;
const foreignProvider = { state: 'foreign', servedBy: 'keda' } as const;
const without = (part: keyof LiveObjects, seen: Observation): Observation => {
  const { [part]: _, ...live } = seen.live;
  return { ...seen, live };
};
// biome-ignore lint/suspicious/noExplicitAny: a look into a manifest
const template = (deployment: Manifest): any => deployment.spec?.template;

describe('the plan', () => {
  it.each<[string, Observation, string[]]>([
    [
      'makes everything from nothing, the workers last but for what looks at them',
      observation(),
      [
        'create ServiceAccount',
        'create Deployment with 3',
        'create PodDisruptionBudget',
        'create HorizontalPodAutoscaler',
      ],
    ],
    [
      'leaves a new Deployment at the one pod that it gets by default',
      observation({ pool: withSpec({ scaling: { minReplicas: 1 } }) }),
      [
        'create ServiceAccount',
        'create Deployment',
        'create PodDisruptionBudget',
        'create HorizontalPodAutoscaler',
      ],
    ],
    [
      'starts a pool that may be at zero without pods, and without what protects them',
      observation({ pool: withSpec({ scaling: { minReplicas: 0, idle: { after: '1m' } } }) }),
      ['create ServiceAccount', 'create Deployment with 0', 'create HorizontalPodAutoscaler'],
    ],
    [
      'keeps the pods of a Deployment that nobody has scaled, before it applies it without them',
      edited((d) => {
        d.metadata.managedFields = [replicasOf('Apply')];
        d.metadata.labels = {};
      }),
      ['keep 3', 'apply Deployment'],
    ],
    [
      'keeps nothing where somebody has scaled',
      edited((d) => {
        d.metadata.managedFields = [replicasOf('Update')];
        d.metadata.labels = {};
      }),
      ['apply Deployment'],
    ],
    [
      'keeps nothing as long as there is nothing to apply',
      edited((d) => {
        d.metadata.managedFields = [replicasOf('Apply')];
      }),
      [],
    ],
    ['makes no call when nothing differs', running, []],
    [
      'makes no call for replicas that somebody else set',
      edited((d) => {
        d.spec.replicas = 17;
      }),
      [],
    ],
    [
      'makes no call for a label that somebody added',
      edited((d) => {
        d.metadata.labels = { ...d.metadata.labels, x: 'y' };
      }),
      [],
    ],
    [
      'repairs a template that was edited',
      edited((d) => {
        template(d).spec.terminationGracePeriodSeconds = 1;
      }),
      ['apply Deployment'],
    ],
    [
      'repairs a removed label',
      edited((d) => {
        d.metadata.labels = {};
      }),
      ['apply Deployment'],
    ],
    [
      'waits for a Deployment that is being deleted',
      edited((d) => {
        d.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      }),
      [],
    ],
    ['applies a new default image', { ...running, workerImage: 'worker:2' }, ['apply Deployment']],
    [
      'applies a new limit to the autoscaler alone',
      { ...running, pool: withSpec({ scaling: { maxReplicas: 9 } }) },
      ['apply HorizontalPodAutoscaler'],
    ],
    [
      'adds the CPU signal when the cluster begins to serve it',
      { ...running, cpuMetricsServed: true },
      ['apply HorizontalPodAutoscaler'],
    ],
    [
      'writes the scale at once when the backlog jumps',
      { ...running, backlog: backlog(900) },
      ['scale to 18'],
    ],
    ['leaves the way down to the autoscaler', { ...running, backlog: backlog(0) }, []],
    [
      'lowers the autoscaler’s maximum to what runs while new pods crash, and takes no step',
      {
        ...running,
        backlog: backlog(900),
        pods: [
          {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'p' },
            status: { containerStatuses: [{ name: 'worker', state: { terminated: { exitCode: 1 } } }] },
          },
        ],
      },
      ['apply HorizontalPodAutoscaler'],
    ],
    [
      'removes its autoscaler before it scales in its place',
      { ...running, metricsApi: foreignProvider, backlog: backlog(900) },
      ['delete HorizontalPodAutoscaler'],
    ],
    [
      'scales alone once its autoscaler has gone',
      { ...without('autoscaler', running), metricsApi: foreignProvider, backlog: backlog(900) },
      ['scale to 18'],
    ],
    [
      'takes its autoscaler away and writes nothing where somebody else scales',
      { ...running, foreignScaler: 'ScaledObject mine', backlog: backlog(900) },
      ['delete HorizontalPodAutoscaler'],
    ],
    [
      'never scales a Deployment of somebody else',
      {
        ...running,
        live: { ...running.live, deployment: { ...foreign('Deployment', 'refunds'), spec: { replicas: 3 } } },
        backlog: backlog(900),
      },
      [],
    ],
    [
      'disables both directions of the autoscaler of a paused pool',
      {
        ...running,
        pool: {
          ...pool(),
          metadata: { ...pool().metadata, annotations: { 'farerules.dev/paused': 'true' } },
        },
        backlog: backlog(900),
      },
      ['apply HorizontalPodAutoscaler'],
    ],
    [
      'does nothing for a pool that is being deleted',
      observation({
        pool: { ...pool(), metadata: { ...pool().metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      }),
      [],
    ],
    ['does nothing for an invalid spec', observation({ pool: pool({}) }), []],
    [
      'makes no workers that would lack their credentials',
      observation({ secrets: {} }),
      ['create ServiceAccount'],
    ],
    ['keeps running workers when a Secret has gone', { ...running, secrets: {} }, []],
    [
      'starts no rollout whose pods could not start, for a Secret that has gone',
      { ...running, secrets: {}, workerImage: 'worker:2' },
      [],
    ],
    [
      'starts no rollout for a spec that names a Secret before it is there',
      { ...running, pool: withSpec({ llm: { credentials: [{ secretRef: { name: 'next' } }] } }) },
      [],
    ],
    [
      'brings workers to their new image though the operator may not read their Secret',
      { ...running, secrets: { openai: { state: 'forbidden' } }, workerImage: 'worker:2' },
      ['apply Deployment'],
    ],
    [
      'goes on scaling and protecting running workers whose Secret has gone',
      {
        ...without('disruptionBudget', running),
        secrets: {},
        pool: withSpec({ scaling: { maxReplicas: 19 } }),
        backlog: backlog(900),
      },
      ['create PodDisruptionBudget', 'apply HorizontalPodAutoscaler', 'scale to 18'],
    ],
    [
      'makes workers whose credentials only the operator may not read: the kubelet mounts them',
      observation({ secrets: { openai: { state: 'forbidden' } } }),
      [
        'create ServiceAccount',
        'create Deployment with 3',
        'create PodDisruptionBudget',
        'create HorizontalPodAutoscaler',
      ],
    ],
    [
      'makes no workers before it knows whether their credentials are there',
      observation({ secrets: { openai: { state: 'failed', reason: 'kube_500' } } }),
      ['create ServiceAccount'],
    ],
    [
      'makes the other objects beside one that belongs to somebody else',
      observation({ live: { serviceAccount: foreign('ServiceAccount', 'refunds') } }),
      ['create Deployment with 3', 'create PodDisruptionBudget', 'create HorizontalPodAutoscaler'],
    ],
  ])('%s', (_, seen, steps) => {
    expect(told(seen)).toEqual(steps);
  });

  it('makes no call for a rotated key: the workers mount the Secret itself', () => {
    const rotated = structuredClone(running);
    const reading = rotated.secrets.openai;
    if (reading?.state === 'found') reading.secret.data = { 'api-key': 'bmV3' };
    expect(told(rotated)).toEqual([]);
  });

  it('takes away what the pool no longer asks for, though every field that is left agrees', () => {
    const before = applied(observation({ pool: withSpec({ worker: { podAnnotations: { extra: 'yes' } } }) }));
    expect(told({ ...before, pool: pool() })).toEqual(['apply Deployment']);
  });

  it('takes an object that an earlier pool of this name controls for somebody else’s', () => {
    const seen = observation({ live: { serviceAccount: formerly(serviceAccount(pool())) } });
    expect(plan(seen).conflicts.map(({ kind }) => kind)).toEqual(['ServiceAccount']);
  });

  it('is the same for the same observation', () => {
    expect(plan(observation())).toEqual(plan(observation()));
  });

  it('never carries replicas when it applies a Deployment that is there', () => {
    const seen = edited((d) => {
      d.metadata.labels = {};
    });
    const [step] = plan(seen).steps;
    expect(step).toMatchObject({ action: 'apply', manifest: { kind: 'Deployment' } });
    expect(step && 'manifest' in step && step.manifest.spec).not.toHaveProperty('replicas');
  });
});
