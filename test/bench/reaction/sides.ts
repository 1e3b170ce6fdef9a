/** The sides whose reactions are compared, each started with all that is measured on it at a time. */
import { environment } from '../../environment/environment.ts';
import type { TestCluster } from '../../integration/operatorHarness.ts';
import type { ScalingPeer } from '../figures.ts';
import { scaledDeployment, scaledObject } from '../keda/scaledObject.ts';
import { startKeda } from '../keda/start.ts';
import type { Lane } from './lanes.ts';
import { benchPool, startOurs } from './ours.ts';
import { HPA_SYNC_MS, STARTS, type Start, type Target } from './target.ts';

/** KEDA's polling interval by peer; left out: its default, 30 s. */
const POLLING: Record<ScalingPeer, number | undefined> = { 'keda-default': undefined, 'keda-tuned': 1 };

export interface SideTarget extends Target {
  peer: ScalingPeer | null;
  lane: Lane;
}

export interface Side {
  cluster: TestCluster;
  targets: SideTarget[];
  stop(): Promise<void>;
}

/** @param starts replicas at rest that ours can have */
export async function ourSide(starts: readonly Start[], lanes: readonly Lane[]): Promise<Side> {
  const ours = await startOurs('bench-ours');
  const targets = starts.flatMap((from) =>
    lanes.map((lane) => {
      const name = `from-${from}-lane-${lane.number}`;
      const topic = `${ours.cluster.namespace}-${name}`;
      return { name, topic, from, lane, peer: null, periodMs: HPA_SYNC_MS };
    }),
  );
  for (const { name, topic, from } of targets) await ours.cluster.createPool(name, benchPool(topic, from));
  return { ...ours, targets };
}

export async function kedaSide(lanes: readonly Lane[]): Promise<Side> {
  const keda = await startKeda('bench-keda');
  const [engine = ''] = environment().engines;
  const { namespace } = keda.cluster;
  const peers = Object.entries(POLLING) as [ScalingPeer, number | undefined][];
  const targets = peers.flatMap(([peer, pollingInterval]) =>
    STARTS.flatMap((from) =>
      lanes.map((lane) => {
        const name = `${peer}-from-${from}-lane-${lane.number}`;
        const periodMs = from === 0 ? Math.max((pollingInterval ?? 30) * 1_000, HPA_SYNC_MS) : HPA_SYNC_MS;
        return { name, topic: `${namespace}-${name}`, from, lane, peer, pollingInterval, periodMs };
      }),
    ),
  );
  for (const { name, topic, from, pollingInterval } of targets) {
    const interval = pollingInterval === undefined ? {} : { pollingInterval };
    await keda.cluster.apply(
      scaledDeployment(namespace, name, from),
      scaledObject({ namespace, name, engine, topic, from, ...interval }),
    );
  }
  return { ...keda, targets };
}
