/** How soon a task is begun, and what everything but the model adds, at low load in a cluster of two nodes. */
import { randomUUID } from 'node:crypto';
import { deployProcess } from '../../../engine/camunda.ts';
import { step } from '../../../support/step.ts';
import { sleep } from '../../../support/wait.ts';
import type { Figure } from '../../figures.ts';
import { usageOf } from '../../scale/processUsage.ts';
import type { Backends, Llm } from '../backends.ts';
import type { Settings } from '../settings.ts';
import { jsClient, ours, type Side } from '../sides.ts';
import { type Low, latencyFigures, pathFigures, wakeFigures } from './latencyFigures.ts';
import { historyOf, type Load, startRefunds, timings } from './refunds.ts';

const STEADY = { min: 0, max: 300 };
/** A node that has just started is slow at what it does for the first time. These do not count. */
const WARM_UP = 10;
/** A client that sleeps is woken by whatever else happens on its node: its refunds come far apart. */
const SPARSE: Load = { count: 12, pauseMs: { min: 3_000, max: 7_000 } };
const LONG_POLL_MS = 10_000;
const SETTLE_MS = 3_000;

/** @param publish gets the figures after every side */
export async function measureLatency(
  { starts }: Settings,
  backends: Backends,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  if (starts === 0) return;
  const llm = await backends.startLlm();
  const second = await step('engine node 2', () => backends.startNode());
  const conditions = (low: Low) =>
    `n=${low.timings.length}, two engine nodes, each refund on one by chance, answers of the model after 1.5 s, ${machine}`;
  const steady = { count: starts, pauseMs: STEADY };
  try {
    const own = await atLowLoad(backends, llm, ours({}), steady, WARM_UP);
    publish([
      ...wakeFigures(null, own, conditions(own)),
      ...latencyFigures(own, conditions(own)),
      ...pathFigures(own, conditions(own)),
    ]);
    const theirs = await atLowLoad(backends, llm, jsClient('js-default'), steady, WARM_UP);
    publish(wakeFigures('js-default', theirs, conditions(theirs)));
    const options = { asyncResponseTimeout: LONG_POLL_MS };
    const sleeping = await atLowLoad(backends, llm, jsClient('js-long-poll', options), SPARSE);
    publish(wakeFigures('js-long-poll', sleeping, conditions(sleeping)));
  } finally {
    await backends.stopNode(second);
    await llm.process.stop();
  }
}

/** @param warmUp refunds before those of the load, which do not count */
async function atLowLoad(backends: Backends, llm: Llm, side: Side, load: Load, warmUp = 0): Promise<Low> {
  const { engines, database } = backends;
  const key = `ticket-refund-${randomUUID()}`;
  const topic = `${key}-topic`;
  await deployProcess(engines[0] ?? '', { key, topic });
  await llm.control.clearCalls();
  const worker = await side.start(backends, { engines, topic, llm: llm.baseURL });
  try {
    return await step(`${side.peer ?? 'ours'}: ${load.count} refunds`, async () => {
      await sleep(SETTLE_MS);
      if (warmUp > 0) await startRefunds({ engines, database }, key, { ...load, count: warmUp });
      const before = usageOf(worker.pid);
      const start = performance.now();
      const refunds = await startRefunds({ engines, database }, key, load);
      const histories = await historyOf(database, key);
      const seconds = (performance.now() - start) / 1_000;
      const cpuSeconds = usageOf(worker.pid).cpuSeconds - before.cpuSeconds;
      return {
        timings: timings(refunds, histories, await llm.control.calls()),
        cpuMillicores: (1_000 * cpuSeconds) / seconds,
        perSecond: load.count / seconds,
      };
    });
  } finally {
    await worker.stop();
  }
}
