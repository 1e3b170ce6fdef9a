/** All reactions: ours and KEDA take turns, because only one of them can serve the external metrics. */
import { environment } from '../../environment/environment.ts';
import type { TestCluster } from '../../integration/operatorHarness.ts';
import { say, step } from '../../support/step.ts';
import { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import type { OpenTasks } from '../engine/openTasks.ts';
import type { Peer } from '../figures.ts';
import { scaledDeployment, scaledObject } from '../keda/scaledObject.ts';
import { startKeda } from '../keda/start.ts';
import { perRound, type Settings } from '../settings.ts';
import { createTargets, startOurs } from './ours.ts';
import { STARTS, type Start, TASKS, type Target } from './target.ts';
import { reactionTrial, type Trial } from './trial.ts';

/** KEDA's polling interval by peer; left out: its default, 30 s. */
const POLLING: Record<Peer, number | undefined> = { 'keda-default': undefined, 'keda-tuned': 1 };
const HPA_SYNC_MS = 15_000;

export interface Reaction extends Trial {
  peer: Peer | null;
  from: Start;
}

/** @param starts replicas at rest that ours can have */
export async function measureReactions(
  settings: Settings,
  tasks: OpenTasks,
  starts: readonly Start[],
): Promise<Reaction[]> {
  const ours = perRound(settings.trials, settings.rounds);
  const theirs = perRound(settings.kedaTrials, settings.rounds);
  const found: Reaction[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    found.push(...(await phase(`ours, round ${round + 1}`, ours[round] ?? 0, tasks, () => ourSide(starts))));
    found.push(...(await phase(`KEDA, round ${round + 1}`, theirs[round] ?? 0, tasks, kedaSide)));
  }
  return found;
}

interface Side {
  cluster: TestCluster;
  targets: (Target & { peer: Peer | null })[];
  stop(): Promise<void>;
}

async function ourSide(starts: readonly Start[]): Promise<Side> {
  const ours = await startOurs('bench-ours');
  const targets = await createTargets(ours.cluster, starts);
  return { ...ours, targets: targets.map((target) => ({ ...target, peer: null })) };
}

async function kedaSide(): Promise<Side> {
  const keda = await startKeda('bench-keda');
  const [engine = ''] = environment().engines;
  const { namespace } = keda.cluster;
  const peers = Object.entries(POLLING) as [Peer, number | undefined][];
  const targets = peers.flatMap(([peer, pollingInterval]) =>
    STARTS.map((from) => {
      const name = `${peer}-from-${from}`;
      const polled = pollingInterval === undefined ? 30_000 : pollingInterval * 1_000;
      const periodMs = from === 0 ? Math.max(polled, HPA_SYNC_MS) : HPA_SYNC_MS;
      return { name, topic: `${namespace}-${name}`, from, peer, pollingInterval, periodMs };
    }),
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

/** The targets of a side are measured side by side; the first trial of each only shows that all is set up. */
async function phase(
  title: string,
  trials: number,
  tasks: OpenTasks,
  start: () => Promise<Side>,
): Promise<Reaction[]> {
  if (trials === 0) return [];
  const side = await step(`${title}: started`, start);
  const watch = new DeploymentWatch(side.cluster.admin, side.cluster.namespace);
  try {
    await watch.start();
    for (const { topic } of side.targets) await tasks.add(topic, TASKS);
    const measured = side.targets.map(async (target) => {
      const { peer, from } = target;
      const found: Reaction[] = [];
      await reactionTrial(watch, tasks, target);
      while (found.length < trials) {
        const trial = await reactionTrial(watch, tasks, target);
        found.push({ ...trial, peer, from });
        say(`           ${target.name}: ${trial.seconds.toFixed(2)} s${trial.gaveUp ? ' (gave up)' : ''}`);
      }
      return found;
    });
    return await step(`${title}: ${trials} trials of each`, async () => (await Promise.all(measured)).flat());
  } finally {
    await watch.stop();
    await step(`${title}: ended`, side.stop);
  }
}
