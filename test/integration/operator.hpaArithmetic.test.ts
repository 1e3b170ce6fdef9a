/**
 * Our reproduction of the HorizontalPodAutoscaler's arithmetic beside the real
 * controller, over a few hundred random situations at once: bounds, behavior,
 * one or two metrics with values at the edges of the tolerance, failures.
 *
 * No pod runs. Each autoscaler aims at an object of a small resource of its
 * own that has nothing but a scale: so `spec.replicas` and `status.replicas`
 * can be anything. A responder behind the APIService answers each question for
 * a metric and moves the reproduction one sync on, with the time of the
 * question as its clock. After a few answers all metrics fail, which keeps
 * every number where it is, and the two are compared.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { random } from '../support/random.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { type Responder, startResponder } from './externalMetricsResponder.ts';
import { Rehearsal, ROUNDS, type Situation, situation } from './hpaSituations.ts';
import { METRICS_API_SERVICE, TestCluster } from './operatorHarness.ts';

/** Another seed is another few hundred situations. */
const SEED = Number(process.env.HPA_SEED ?? 1);
const SITUATIONS = 240;
/** Discovery of the new resource takes the controller up to 30 s, each round 15 s and more. */
const TIMEOUT_MS = 240_000;

const GROUP = 'test.farerules.dev';
const TARGET = { apiVersion: `${GROUP}/v1`, kind: 'ScaleTarget' };
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `scaletargets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: TARGET.kind, plural: 'scaletargets', singular: 'scaletarget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { replicas: { type: 'integer', format: 'int32' } } },
              status: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer', format: 'int32' },
                  selector: { type: 'string' },
                },
              },
            },
          },
        },
      },
    ],
  },
} as KubernetesObject;

const next = random(SEED);
const all = Array.from({ length: SITUATIONS }, (_, index) => situation(`s${index}`, next));
const rehearsals = new Map(all.map((each) => [each.name, new Rehearsal(each)]));
/** Every number that a target's `spec.replicas` was seen to have. */
const seen = new Map(all.map(({ name, scale }) => [name, [scale.specReplicas]]));

let cluster: TestCluster;
let responder: Responder;
let watching = true;
let watcher: Promise<void> | undefined;

beforeAll(async () => {
  cluster = await TestCluster.open('hpa');
  responder = await startResponder('hpa-responder', cluster.namespace, (metric, name) =>
    rehearsals.get(name)?.answer(Number(metric.slice(1)), Date.now()),
  );
  await cluster.apply(CRD, ...responder.objects);
  await waitFor('scale targets to be served', () => cluster.list(TARGET.apiVersion, TARGET.kind));
  await waitFor('the APIService to be available', async () => {
    const found = await cluster.get('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE);
    return found?.status?.conditions?.some(
      ({ type, status }: { type: string; status: string }) => type === 'Available' && status === 'True',
    );
  });
  // All targets first: an autoscaler without one would begin by reporting that.
  await inGroups(all, (each) => cluster.apply(target(each)));
  await inGroups(all, (each) => cluster.apply(autoscaler(each)));
  watcher = record();
}, 120_000);

afterAll(async () => {
  watching = false;
  await watcher;
  await cluster.objects.delete({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: METRICS_API_SERVICE },
  });
  await cluster.objects.delete(CRD);
  responder.close();
  await cluster.close();
}, 60_000);

function target({ name, scale }: Situation): KubernetesObject {
  return {
    ...TARGET,
    metadata: { name, namespace: cluster.namespace },
    spec: { replicas: scale.specReplicas },
    // A selector that no pod has; the autoscaler insists on one.
    status: { replicas: scale.statusReplicas, selector: `situation=${name}` },
  } as KubernetesObject;
}

function autoscaler({ name, spec, metrics }: Situation): KubernetesObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: cluster.namespace },
    spec: {
      ...spec,
      scaleTargetRef: { ...TARGET, name },
      metrics: metrics.map(({ targetMilli }, index) => ({
        type: 'External',
        external: {
          metric: { name: `m${index}`, selector: { matchLabels: { situation: name } } },
          target: { type: 'AverageValue', averageValue: `${targetMilli}m` },
        },
      })),
    },
  } as KubernetesObject;
}

async function inGroups<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += 20) {
    await Promise.all(items.slice(from, from + 20).map(work));
  }
}

/** Looks much more often than an autoscaler steps. */
async function record(): Promise<void> {
  while (watching) {
    for (const { metadata, spec } of await cluster.list(TARGET.apiVersion, TARGET.kind)) {
      const numbers = seen.get(metadata.name);
      if (numbers && numbers.at(-1) !== spec.replicas) numbers.push(spec.replicas);
    }
    await sleep(2_000);
  }
}

it('takes every step that the real controller takes, and no other', async () => {
  const asking = all.filter(({ scale }) => scale.specReplicas > 0);
  // The question after the last answer shows that the last step has been written.
  await waitFor(
    'every autoscaler to have asked often enough',
    () => asking.every(({ name }) => (rehearsals.get(name)?.rounds ?? 0) > ROUNDS),
    { timeoutMs: TIMEOUT_MS, everyMs: 1_000 },
  );
  await sleep(3_000);
  const reported = new Map(
    (await cluster.list('autoscaling/v2', 'HorizontalPodAutoscaler')).map(({ metadata, status }) => [
      metadata.name,
      status.desiredReplicas as number,
    ]),
  );
  const wrong = all.flatMap((each) => {
    const ours = rehearsals.get(each.name);
    ours?.bringWithinBounds(Date.now());
    const expected = { replicas: ours?.replicas, desired: ours?.desired };
    const real = { replicas: seen.get(each.name), desired: reported.get(each.name) };
    return JSON.stringify(expected) === JSON.stringify(real) ? [] : [{ situation: each, expected, real }];
  });
  expect(wrong).toEqual([]);
  expect(all.length - asking.length).toBeLessThan(SITUATIONS / 10);
}, 300_000);
