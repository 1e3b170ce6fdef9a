/** A crowd: many objects on one side that are each scaled by a topic of their own. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import type { TestCluster } from '../../integration/operatorHarness.ts';
import type { ScalingPeer } from '../figures.ts';
import { scaledDeployment, scaledObject } from '../keda/scaledObject.ts';
import { startKeda } from '../keda/start.ts';
import { benchPool, startOurs } from '../reaction/ours.ts';
import type { Start } from '../reaction/target.ts';
import type { Engines } from './engines.ts';

export interface Member {
  /** Of its Deployment. */
  name: string;
  topic: string;
  /** Index of its engine. */
  engine: number;
}

export interface Crowd {
  peer: ScalingPeer | null;
  cluster: TestCluster;
  /** Replicas of each at rest. */
  from: Start;
  members: Member[];
  /** Everything that a user would apply, as YAML. */
  manifests: string;
  /** The processes that do the work. */
  pids: number[];
  /** Only for ours: text of the operator's /metrics. */
  metrics?(): Promise<string>;
  stop(): Promise<void>;
}

/** @param engineOf index of the engine of a pool, given the pool's; left out: in turns */
export async function ourCrowd(
  count: number,
  engines: Engines,
  from: Start,
  engineOf = inTurns(engines),
): Promise<Crowd> {
  const ours = await startOurs(`bench-${count}`);
  const { cluster, operator } = ours;
  const all = members(cluster.namespace, count, engineOf);
  const pools = all.map(({ name, topic, engine }) => ({
    apiVersion: 'farerules.dev/v1alpha1',
    kind: 'FareRuleWorkerPool',
    metadata: { name, namespace: cluster.namespace },
    spec: benchPool(topic, from, undefined, [engines.urls[engine] ?? '']),
  }));
  return {
    peer: null,
    cluster,
    from,
    members: all,
    manifests: yaml(pools),
    pids: [operator.pid],
    metrics: async () => (await fetch(`http://127.0.0.1:${operator.metricsPort}/metrics`)).text(),
    stop: ours.stop,
  };
}

export async function kedaCrowd(count: number, engines: Engines, from: Start): Promise<Crowd> {
  const keda = await startKeda(`bench-keda-${count}`);
  const { namespace } = keda.cluster;
  const all = members(namespace, count, inTurns(engines));
  const objects = all.flatMap(({ name, topic, engine }) => [
    scaledDeployment(namespace, name, from),
    scaledObject({ namespace, name, engine: engines.urls[engine] ?? '', topic, from }),
  ]);
  const { operator, adapter } = keda.processes;
  return {
    peer: 'keda-default',
    cluster: keda.cluster,
    from,
    members: all,
    manifests: yaml(objects),
    pids: [operator.pid, adapter.pid],
    stop: keda.stop,
  };
}

const inTurns =
  ({ urls }: Engines) =>
  (index: number) =>
    index % urls.length;

function members(namespace: string, count: number, engineOf: (index: number) => number): Member[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `pool-${String(index + 1).padStart(4, '0')}`;
    return { name, topic: `${namespace}-${name}`, engine: engineOf(index) };
  });
}

const yaml = (objects: (KubernetesObject | object)[]) =>
  objects.map((object) => stringify(object)).join('---\n');

export async function withCrowd<T>(
  start: () => Promise<Crowd>,
  use: (crowd: Crowd) => Promise<T>,
): Promise<T> {
  const crowd = await start();
  try {
    return await use(crowd);
  } finally {
    await crowd.stop();
  }
}
