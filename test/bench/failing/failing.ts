/** Healthy pools among failing ones: whether they react as fast as where nothing fails. */
import type { FareRuleWorkerPool } from '../../../crds/src/pool.ts';
import { withoutRules } from '../../integration/crdWithoutRules.ts';
import { step } from '../../support/step.ts';
import { waitFor } from '../../support/wait.ts';
import { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import type { OpenTasks } from '../engine/openTasks.ts';
import type { Figure } from '../figures.ts';
import { reactionTrial, type Trial } from '../reaction/trial.ts';
import { type Crowd, type Member, ourCrowd, withCrowd } from '../scale/crowd.ts';
import { type Engines, startEngines } from '../scale/engines.ts';
import { createCrowd, sample, settled } from '../scale/measureCrowd.ts';
import { evenly } from '../settings.ts';
import { type FailingMeasured, failingFigures } from './failingFigures.ts';
import { ENGINES, engineOf, engineOfKind, KINDS, kindOf, POOLS } from './kinds.ts';

const POOL = ['farerules.dev/v1alpha1', 'FareRuleWorkerPool'] as const;
/** Clean and failing take turns this often. */
const ROUNDS = 2;
/** The poll of an idle engine: the clock that a trial's moment is spread over. */
const PERIOD_MS = 750;

/**
 * @param trials reactions of healthy pools without failing ones, and so many with them
 * @param publish gets the figures after every turn
 */
export async function measureFailing(
  trials: number,
  tasks: OpenTasks,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  if (trials === 0) return;
  const engines = await startEngines(ENGINES, tasks);
  const measured: FailingMeasured = { clean: [], failing: [] };
  const done = () => publish(failingFigures(measured, machine));
  try {
    await withCrowd(
      () => ourCrowd(POOLS, engines, 0, engineOf),
      (crowd) => whileInvalidSpecsAreLetIn(crowd, () => turns(crowd, engines, trials, measured, done)),
    );
  } finally {
    await engines.stop();
  }
}

/** The CRD stays the same throughout, so that it is no difference between the turns. */
async function whileInvalidSpecsAreLetIn({ cluster }: Crowd, work: () => Promise<void>): Promise<void> {
  await cluster.applyCrd(withoutRules);
  try {
    await work();
  } finally {
    await cluster.applyCrd();
  }
}

async function turns(
  crowd: Crowd,
  engines: Engines,
  trials: number,
  measured: FailingMeasured,
  done: () => void,
): Promise<void> {
  await step(`${POOLS} pools from nothing`, () => createCrowd(crowd));
  await settled(crowd);
  const watch = new DeploymentWatch(crowd.cluster.admin, crowd.cluster.namespace);
  await watch.start();
  try {
    for (const count of evenly(trials, ROUNDS).filter(Boolean)) {
      for (const side of ['clean', 'failing'] as const) {
        const what = side === 'clean' ? 'all healthy' : 'half of them failing';
        await step(`${POOLS} pools, ${what}: seen so`, () => make(side, crowd, engines));
        const found = await step(`${POOLS} pools, ${what}: ${count} reactions of healthy ones`, () =>
          reactions(crowd, engines, watch, count),
        );
        measured[side].push(...found);
      }
      done();
    }
  } finally {
    await watch.stop();
  }
}

/** Breaks or mends the pools that are to fail, and waits until the operator has seen it of every one. */
async function make(side: 'clean' | 'failing', { cluster, members }: Crowd, engines: Engines): Promise<void> {
  const broken = side === 'failing';
  for (const [index, { engine, edit }] of KINDS.entries()) {
    if (engine) await engines.setFault(engineOfKind(index), broken ? engine : undefined);
    const patch = edit?.[broken ? 'broken' : 'whole'];
    const ofKind = members.filter((_, pool) => kindOf(pool) === index);
    if (patch) await Promise.all(ofKind.map(({ name }) => cluster.edit(...POOL, name, patch)));
  }
  await waitFor(
    `the operator to see every pool ${broken ? 'as it is' : 'healthy'}`,
    async () => {
      const pools = (await cluster.list(...POOL)) as unknown as FareRuleWorkerPool[];
      const byName = new Map(pools.map((pool) => [pool.metadata.name, pool]));
      const wrong = members.filter(({ name }, pool) => {
        const kind = kindOf(pool);
        const fails = broken && kind !== undefined ? KINDS[kind]?.condition : undefined;
        return !looks(byName.get(name), fails);
      });
      if (wrong.length > 0) throw new Error(`not yet: ${wrong.map(({ name }) => name).join(', ')}`);
      return true;
    },
    { timeoutMs: 90_000, everyMs: 500 },
  );
}

/** Whether a pool says that it fails in a condition, or, without one, that it can be had and counted. */
function looks(pool: FareRuleWorkerPool | undefined, fails: string | undefined): boolean {
  const { conditions = [], observedGeneration } = pool?.status ?? {};
  const status = (type: string) => conditions.find((condition) => condition.type === type)?.status;
  if (observedGeneration !== pool?.metadata.generation) return false;
  if (fails) return status(fails) === 'False';
  return status('EngineReachable') === 'True' && status('CredentialsReady') === 'True';
}

/** One healthy pool after the other, each as often as any other. */
async function reactions(
  { members }: Crowd,
  engines: Engines,
  watch: DeploymentWatch,
  count: number,
): Promise<Trial[]> {
  const healthy = members.filter((_, pool) => kindOf(pool) === undefined);
  const order = sample(healthy, healthy.length);
  const found: Trial[] = [];
  while (found.length < count) {
    const { name, topic, engine } = order[found.length % order.length] as Member;
    const backlog = {
      activate: () => engines.fill(engine, topic),
      suspend: () => engines.empty(engine, topic),
    };
    found.push(await reactionTrial(watch, backlog, { name, topic, from: 0, periodMs: PERIOD_MS }));
  }
  return found;
}
