/** Crowds of every size over every number of engines; KEDA's, where asked for, in the same run. */
import { step } from '../../support/step.ts';
import type { OpenTasks } from '../engine/openTasks.ts';
import type { Figure, ScalingPeer } from '../figures.ts';
import type { Start } from '../reaction/target.ts';
import { crowdTrials, type Settings } from '../settings.ts';
import { type Crowd, kedaCrowd, ourCrowd, withCrowd } from './crowd.ts';
import { startEngines } from './engines.ts';
import { measureCrowd } from './measureCrowd.ts';
import { scaleFigures } from './scaleFigures.ts';

/** KEDA's reactions take up to a minute each. */
const KEDA_TRIALS = 10;

/**
 * @param from replicas of our pools at rest
 * @param publish gets the figures of each crowd when it is done
 */
export async function measureScale(
  settings: Settings,
  tasks: OpenTasks,
  from: Start,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  for (const count of settings.pools.length > 0 ? settings.engines : []) {
    const engines = await startEngines(count, tasks);
    const suffix = count === settings.engines[0] ? '' : `_engines_${count}`;
    const measure = async (
      pools: number,
      peer: ScalingPeer | null,
      title: string,
      start: () => Promise<Crowd>,
      poolTrials: number,
    ) => {
      const measured = await step(title, () =>
        withCrowd(start, (crowd) => measureCrowd(crowd, engines, { ...settings, poolTrials })),
      );
      publish(scaleFigures(measured, { pools, engines: engines.label, suffix, from, peer, machine }));
    };
    try {
      for (const pools of settings.pools) {
        const title = `${pools} pools over ${count} engine${count === 1 ? '' : 's'}`;
        const poolTrials = crowdTrials(settings, pools, count);
        await measure(pools, null, title, () => ourCrowd(pools, engines, from), poolTrials);
      }
      const most = Math.max(...settings.pools);
      if (settings.kedaAtScale && suffix === '' && most > 0) {
        await measure(
          most,
          'keda-default',
          `KEDA: ${most} ScaledObjects`,
          () => kedaCrowd(most, engines, from),
          KEDA_TRIALS,
        );
      }
    } finally {
      await engines.stop();
    }
  }
}
