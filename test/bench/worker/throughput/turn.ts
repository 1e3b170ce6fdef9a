/** One side works on a backlog. */
import { tail } from '../../../support/process.ts';
import { sleep, waitFor } from '../../../support/wait.ts';
import { usageOf } from '../../scale/processUsage.ts';
import type { Backends } from '../backends.ts';
import type { Backlog } from '../backlog.ts';
import type { Side } from '../sides.ts';

export interface Turn {
  /** When each task was completed, by the engine's clock, rising. Milliseconds. */
  completions: number[];
  /** CPU seconds of the worker over the turn, without its start. */
  cpuSeconds: number;
  /** Resident memory at most, in MB of 2^20 bytes. */
  peakMB: number;
}

/** Until a process that was started is idle: connected, and with nothing to do. */
const SETTLE_MS = 3_000;
const LOOK_MS = 500;
const LONGEST_MS = 300_000;

let turns = 0;

/** @param seconds how long it works; left out: until all is done. */
export async function takeTurn(
  backends: Backends,
  backlog: Backlog,
  llm: string,
  side: Side,
  seconds?: number,
): Promise<Turn> {
  const topic = `bench-turn-${++turns}`;
  const { engines } = backends;
  const worker = await side.start(backends, { engines, topic, llm });
  const assertAlive = () => {
    if (!worker.alive()) throw new Error(`${side.peer ?? 'ours'} has ended: ${tail(worker.logFile)}`);
  };
  try {
    await sleep(SETTLE_MS);
    assertAlive();
    const before = usageOf(worker.pid);
    await backlog.release(topic);
    if (seconds === undefined) {
      await waitFor(
        `${side.peer ?? 'ours'} to be done`,
        async () => !worker.alive() || (await backlog.open(topic)) === 0,
        { everyMs: LOOK_MS, timeoutMs: LONGEST_MS },
      );
    } else await sleep(seconds * 1_000);
    assertAlive();
    const after = usageOf(worker.pid);
    return {
      completions: await backlog.completions(topic),
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      peakMB: after.peakMB,
    };
  } finally {
    await worker.stop();
    await backlog.recall(topic);
  }
}
