/** All reactions: ours and KEDA take turns, because only one of them can serve the external metrics. */
import { say, step } from '../../support/step.ts';
import { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import type { OpenTasks } from '../engine/openTasks.ts';
import type { ScalingPeer } from '../figures.ts';
import { evenly, type Settings } from '../settings.ts';
import { type Lane, lanesOf } from './lanes.ts';
import { kedaSide, ourSide, type Side, type SideTarget } from './sides.ts';
import { type Start, TASKS } from './target.ts';
import { reactionTrial, type Trial } from './trial.ts';

export interface Reaction extends Trial {
  peer: ScalingPeer | null;
  from: Start;
  /** Its number, from 1. */
  lane: number;
}

/**
 * @param starts replicas at rest that ours can have
 * @param publish gets all that were measured so far, after every turn of either side
 */
export async function measureReactions(
  settings: Settings,
  tasks: OpenTasks,
  starts: readonly Start[],
  publish: (reactions: Reaction[]) => void,
): Promise<void> {
  const ours = evenly(settings.trials, settings.rounds);
  const theirs = evenly(settings.kedaTrials, settings.rounds);
  const found: Reaction[] = [];
  const turn = async (
    title: string,
    trials: number,
    lanes: number,
    start: (of: Lane[]) => Promise<Side>,
  ): Promise<void> => {
    if (trials === 0) return;
    found.push(...(await phase(title, tasks, () => start(lanesOf(trials, lanes)))));
    publish(found);
  };
  for (let round = 0; round < settings.rounds; round += 1) {
    const called = `round ${round + 1} of ${settings.rounds}`;
    await turn(`ours, ${called}`, ours[round] ?? 0, settings.lanes, (lanes) => ourSide(starts, lanes));
    await turn(`KEDA, ${called}`, theirs[round] ?? 0, settings.kedaLanes, kedaSide);
  }
}

/** All targets of a side are measured side by side. */
async function phase(title: string, tasks: OpenTasks, start: () => Promise<Side>): Promise<Reaction[]> {
  const side = await step(`${title}: started`, start);
  const watch = new DeploymentWatch(side.cluster.admin, side.cluster.namespace);
  try {
    await watch.start();
    for (const { topic } of side.targets) await tasks.add(topic, TASKS);
    return await step(
      `${title}: measured`,
      async () => (await Promise.all(side.targets.map((target) => trialsOf(target, watch, tasks)))).flat(),
      (reactions) => `${reactions.length} trials, ${side.targets.length} side by side`,
    );
  } finally {
    await watch.stop();
    await step(`${title}: ended`, side.stop);
  }
}

/** The first trial only shows that all is set up. */
async function trialsOf(target: SideTarget, watch: DeploymentWatch, tasks: OpenTasks): Promise<Reaction[]> {
  const { peer, from, lane, name } = target;
  const found: Reaction[] = [];
  await reactionTrial(watch, tasks, target);
  while (found.length < lane.trials) {
    const trial = await reactionTrial(watch, tasks, target);
    found.push({ ...trial, peer, from, lane: lane.number });
    say(`           ${name}: ${trial.seconds.toFixed(2)} s${trial.gaveUp ? ' (gave up)' : ''}`);
  }
  return found;
}
