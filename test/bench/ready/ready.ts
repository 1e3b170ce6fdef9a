/** Pods ready from none: both sides start the same workers on the one real node. */
import { environment } from '../../environment/environment.ts';
import type { TestCluster } from '../../integration/operatorHarness.ts';
import { say, step } from '../../support/step.ts';
import { waitFor } from '../../support/wait.ts';
import { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import type { OpenTasks } from '../engine/openTasks.ts';
import { type Figure, figure, type ScalingPeer } from '../figures.ts';
import { scaledObject } from '../keda/scaledObject.ts';
import { startKeda } from '../keda/start.ts';
import { benchPool, startOurs } from '../reaction/ours.ts';
import { RIGHT, TASKS } from '../reaction/target.ts';
import type { Settings } from '../settings.ts';
import { spread } from '../statistics.ts';
import { type ReadyTarget, readyTrial } from './readyTrial.ts';
import { copies, readWorkload, type Workload } from './workload.ts';

const POOL = 'ready';
/** Small, so that twenty fit on the node beside everything else. */
const WORKER = { concurrency: 1, resources: { requests: { cpu: '20m', memory: '64Mi' } } };
/** Long enough for the pods to start, and for no trial to end by itself. */
const KEEP_SECONDS = 900;
const PERIODS: Record<ScalingPeer, number> = { 'keda-default': 30_000, 'keda-tuned': 15_000 };

/** @param publish gets the figure of each side when it is done */
export async function measureReady(
  { readyTrials, kedaTrials }: Settings,
  tasks: OpenTasks,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  if (readyTrials === 0) return;
  const { seconds, workload } = await ourTrials(readyTrials, tasks);
  publish([readyFigure(seconds, null, machine)]);
  if (kedaTrials === 0) return;
  await kedaTrialsOf(readyTrials, tasks, workload, (peer, of) => publish([readyFigure(of, peer, machine)]));
}

async function ourTrials(
  trials: number,
  tasks: OpenTasks,
): Promise<{ seconds: number[]; workload: Workload }> {
  const { cluster, stop } = await startOurs('bench-ready');
  try {
    const topic = `${cluster.namespace}-${POOL}`;
    const spec = benchPool(topic, 0, WORKER);
    const scaling = { ...spec.scaling, scaleDownStabilization: `${KEEP_SECONDS}s` };
    await cluster.createPool(POOL, { ...spec, scaling });
    const goToZero = async (may: boolean) => {
      const after = may ? '1s' : `${KEEP_SECONDS}s`;
      const patch = { spec: { scaling: { idle: { after } } } };
      await cluster.edit('farerules.dev/v1alpha1', 'FareRuleWorkerPool', POOL, patch);
    };
    const target: ReadyTarget = { name: POOL, topic, from: 0, periodMs: 2_000, goToZero };
    const seconds = await measure(cluster, tasks, target, 'ours', trials);
    return { seconds, workload: await readWorkload(cluster, POOL) };
  } finally {
    await stop();
  }
}

async function kedaTrialsOf(
  trials: number,
  tasks: OpenTasks,
  workload: Workload,
  done: (peer: ScalingPeer, seconds: number[]) => void,
): Promise<void> {
  const { cluster, stop } = await startKeda('bench-ready-keda');
  const { namespace } = cluster;
  const [engine = ''] = environment().engines;
  try {
    for (const peer of ['keda-default', 'keda-tuned'] as const) {
      const topic = `${namespace}-${peer}`;
      const polling = peer === 'keda-tuned' ? { pollingInterval: 1 } : {};
      const object = (cooldownPeriod: number) =>
        scaledObject({
          ...{ namespace, name: peer, engine, topic, from: 0, cooldownPeriod, ...polling },
          scaleDownWindow: KEEP_SECONDS,
        });
      await cluster.apply(...copies(workload, namespace, peer), object(1));
      const goToZero = (may: boolean) => cluster.apply(object(may ? 1 : KEEP_SECONDS));
      const target: ReadyTarget = { name: peer, topic, from: 0, periodMs: PERIODS[peer], goToZero };
      done(peer, await measure(cluster, tasks, target, peer, trials));
    }
  } finally {
    await stop();
  }
}

async function measure(
  cluster: TestCluster,
  tasks: OpenTasks,
  target: ReadyTarget,
  side: string,
  trials: number,
): Promise<number[]> {
  await tasks.add(target.topic, TASKS);
  const watch = new DeploymentWatch(cluster.admin, cluster.namespace);
  try {
    await watch.start();
    await waitFor(`the Deployment ${target.name}`, () => watch.last(target.name), { timeoutMs: 60_000 });
    return await step(`pods ready, ${side}: ${trials} trials`, async () => {
      const found: number[] = [];
      while (found.length < trials) {
        const seconds = await readyTrial(cluster, watch, tasks, target);
        found.push(seconds);
        say(`           ${target.name}: ${seconds.toFixed(2)} s`);
      }
      return found;
    });
  } finally {
    await watch.stop();
  }
}

function readyFigure(seconds: readonly number[], peer: ScalingPeer | null, machine: string): Figure {
  const { count, min, median, max } = spread(seconds);
  const conditions =
    `commit of ${TASKS} tasks to ${RIGHT} ready pods, n=${count}, ${min.toFixed(1)}–${max.toFixed(1)} s, ` +
    `the real worker image, concurrency 1, all on one node that the machine's CPUs bound, ${machine}`;
  return figure(`pods_ready_0_to_${RIGHT}_p50_s`, median, 's', conditions, peer ? { peer } : {});
}
