/** Tasks a second of one worker on one engine node, beside each peer's and beside what the engine can do at all. */
import { step } from '../../../support/step.ts';
import { type Figure, figure } from '../../figures.ts';
import type { Backends } from '../backends.ts';
import { Backlog } from '../backlog.ts';
import type { Settings } from '../settings.ts';
import { engineLimit, jsClient, ours, python, type Side } from '../sides.ts';
import { type Rate, rateOf } from './rate.ts';
import { type Measured, throughputFigures } from './throughputFigures.ts';
import { takeTurn } from './turn.ts';

/** Tasks that ours works on at once: what the engine can do in the time of an answer, and half as many again. */
const CONCURRENCY = 300;
/** Tasks at once for the memory: the goal is stated for so many. */
const IN_FLIGHT = 200;
const MEMORY_TASKS = 1_000;
/** Settings of the closed loop that are tried: tasks a fetch, completes at once. */
const LOOPS: [fetch: number, completes: number][] = [
  [200, 32],
  [200, 16],
  [50, 8],
];
/** Tasks that show which of them is best; they also warm the engine up. */
const TRIED = 800;

export const JS_TUNED = { maxTasks: 100, interval: 1 };

/** @param publish gets the figures after every round */
export async function measureThroughput(
  settings: Settings,
  backends: Backends,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  if (settings.rounds === 0) return;
  const llm = await backends.startLlm();
  const [engine = ''] = backends.engines;
  const backlog = await Backlog.open(engine, backends.database);
  const measured: Measured = new Map();
  const turn = async (side: Side, tasks: number, seconds?: number): Promise<Rate> => {
    const name = side.peer ?? 'ours';
    await step(`${name}: ${tasks} waiting`, () => backlog.fill(tasks));
    const rate = await step(
      `${name}: working`,
      async () => rateOf(await takeTurn(backends, backlog, llm.baseURL, side, seconds)),
      inWords,
    );
    // What it has seen is not needed, and would fill its memory.
    await llm.control.clearCalls();
    return rate;
  };
  const measure = async (side: Side, seconds?: number) => {
    const rate = await turn(side, settings.backlog, seconds);
    measured.set(side.peer, [...(measured.get(side.peer) ?? []), rate]);
  };
  try {
    const loop = await bestLoop((side) => turn(side, Math.min(TRIED, settings.backlog)));
    const conditions = `backlog ${settings.backlog} of a process of one external task, one engine node, answers of the model after 1.5 s, ours with ${CONCURRENCY} at once, engine-limit fetching ${loop[0]} with ${loop[1]} completes at once, ${machine}`;
    for (let round = 0; round < settings.rounds; round += 1) {
      await measure(ours({ WORKER_CONCURRENCY: String(CONCURRENCY) }));
      await measure(engineLimit(...loop));
      await measure(jsClient('js-tuned', JS_TUNED));
      await measure(jsClient('js-default'), settings.jsSeconds);
      if (round === 0 && settings.pythonSeconds > 0) await measure(python, settings.pythonSeconds);
      publish(throughputFigures(measured, conditions));
    }
    const { peakMB, tasks } = await turn(
      ours({ WORKER_CONCURRENCY: String(IN_FLIGHT) }),
      Math.min(MEMORY_TASKS, settings.backlog),
    );
    const words = `highest of one turn of ${tasks} tasks, ${IN_FLIGHT} at once, answers of the model after 1.5 s, ${machine}`;
    publish([figure('peak_rss_mb', peakMB, 'MB', words, { goal: '≤ 150' })]);
  } finally {
    await llm.process.stop();
  }
}

async function bestLoop(turn: (side: Side) => Promise<Rate>): Promise<[number, number]> {
  let best = { loop: [0, 0] as [number, number], perSecond: 0 };
  for (const loop of LOOPS) {
    const { perSecond } = await turn(engineLimit(...loop));
    if (perSecond > best.perSecond) best = { loop, perSecond };
  }
  return best.loop;
}

const inWords = ({ perSecond, cpuMs, peakMB, tasks }: Rate) =>
  `${perSecond.toFixed(1)}/s, ${cpuMs.toFixed(2)} ms CPU a task, ${peakMB.toFixed(0)} MB, ${tasks} tasks`;
