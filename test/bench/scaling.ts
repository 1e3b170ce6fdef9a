/** `make bench-scaling`: the scaling benchmark's parts, each of which may fail without the others. */
import { cpus, totalmem } from 'node:os';
import { KubeConfig } from '@kubernetes/client-node';
import { KUBERNETES } from '../cluster/binaries.ts';
import { withCleanup } from '../environment/down.ts';
import { environment } from '../environment/environment.ts';
import { up } from '../environment/up.ts';
import { TestCluster } from '../integration/operatorHarness.ts';
import { ENVIRONMENT_FILE } from '../support/paths.ts';
import { say, step } from '../support/step.ts';
import { closeWhole } from './cluster/closeWhole.ts';
import { controlPlaneFlags } from './cluster/flags.ts';
import { HollowNode } from './cluster/hollowNode.ts';
import { measureCountCost } from './engine/countCost.ts';
import { OpenTasks } from './engine/openTasks.ts';
import { estimate, estimateLine } from './estimate.ts';
import { measureFailing } from './failing/failing.ts';
import { type Figure, table } from './figures.ts';
import { bundled } from './image.ts';
import { buildKeda, KEDA_VERSION } from './keda/build.ts';
import { writePlot } from './plot.ts';
import { refusalOfZero } from './reaction/ours.ts';
import { reactionFigures } from './reaction/reactionFigures.ts';
import { measureReactions } from './reaction/reactions.ts';
import { STARTS } from './reaction/target.ts';
import { measureReady } from './ready/ready.ts';
import { Results } from './results.ts';
import { measureScale } from './scale/scale.ts';
import { measuresKeda, type Settings, settingsFrom } from './settings.ts';

/** In the environment that is up if FRWP_ENVIRONMENT names one, else in one of its own. */
export async function benchScaling(): Promise<number> {
  const settings = settingsFrom(process.env);
  say(estimateLine(estimate(settings)));
  await step("the operator's bundle", () => bundled('operator'));
  if (measuresKeda(settings)) await step(`KEDA ${KEDA_VERSION} at hand`, buildKeda);
  if (process.env.FRWP_ENVIRONMENT) return measure(settings);
  return withCleanup(async () => {
    await up();
    process.env.FRWP_ENVIRONMENT = ENVIRONMENT_FILE;
    return measure(settings);
  });
}

async function measure(settings: Settings): Promise<number> {
  const results = new Results('scaling');
  const config = new KubeConfig();
  config.loadFromFile(environment().kubeconfig);
  const [engine = ''] = environment().engines;
  const tasks = await OpenTasks.open(engine, environment().postgres);
  const node = await HollowNode.start(config);
  let failed: string[] = [];
  try {
    failed = await measureParts(settings, engine, tasks, results);
  } finally {
    await tasks.removeAll();
    await node.stop();
  }
  say('');
  for (const line of table(results.figures)) say(line);
  say(`\nConditions and all figures: ${results.path}`);
  for (const failure of failed) say(`FAILED: ${failure}`);
  return failed.length > 0 ? 1 : 0;
}

/** @returns what could not be measured, and why */
async function measureParts(
  settings: Settings,
  engine: string,
  tasks: OpenTasks,
  results: Results,
): Promise<string[]> {
  const machine = conditions();
  const failed: string[] = [];
  const put = (figures: Figure[]) => results.put(figures);
  const part = async (title: string, work: () => Promise<void>) => {
    await step(`PART ${title}`, work).catch((error: Error) => {
      say(`FAILED: ${title}: ${error.message}`);
      failed.push(`${title}: ${error.message}`);
    });
  };
  const refusal = await zeroRefused();
  if (refusal) {
    failed.push(`from 0: not measured for ours, the installed CRD refuses minReplicas 0: ${refusal}`);
  }
  // The most important ones first, for a run that is interrupted.
  await part('reaction', async () => {
    const starts = STARTS.filter((from) => !refusal || from !== 0);
    await measureReactions(settings, tasks, starts, (reactions) => {
      put(reactionFigures(reactions, machine));
      say(`           plot: ${writePlot(reactions)}`);
    });
  });
  if (!refusal) await part('pods ready', () => measureReady(settings, tasks, machine, put));
  await part('scale', () => measureScale(settings, tasks, refusal ? 1 : 0, machine, put));
  if (!refusal) await part('failing pools', () => measureFailing(settings.failing, tasks, machine, put));
  await part('cost of asking', () => measureCountCost(engine, tasks, settings.openTasks, machine).then(put));
  return failed;
}

async function zeroRefused(): Promise<string | undefined> {
  const cluster = await TestCluster.open('bench-zero');
  try {
    return await refusalOfZero(cluster);
  } finally {
    await closeWhole(cluster);
  }
}

/** What every figure was measured on. */
function conditions(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const optimised = process.env.FRWP_OPTIMISE === '1' ? '' : ', compiled without optimisation';
  const cluster =
    environment().cluster === 'local'
      ? `local cluster, Kubernetes ${KUBERNETES}, ${controlPlaneFlags()}${optimised}`
      : 'given cluster';
  return `${cluster}, KEDA ${KEDA_VERSION} in turns, operators as processes of this machine, ours from its bundle with the flags of its image, ${cpus().length} cores, ${gigabytes} GB, Node ${process.version}`;
}
