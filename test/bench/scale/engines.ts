/** The engines that many pools are spread over: the real one behind a gate, and labelled stand-ins. */
import { join } from 'node:path';
import axios from 'axios';
import { environment } from '../../environment/environment.ts';
import { freePort } from '../../integration/operatorHarness.ts';
import { startProcess } from '../../support/process.ts';
import { waitFor } from '../../support/wait.ts';
import { countMilliseconds } from '../engine/countCost.ts';
import type { OpenTasks } from '../engine/openTasks.ts';
import { TASKS } from '../reaction/target.ts';
import { median } from '../statistics.ts';
import type { EngineFault } from './faults.ts';

/** Where the tasks of the real engine wait until a pool's topic gets them. */
const RESERVOIR = 'bench-reservoir';

export interface Engines {
  /** Base URLs; the first is the real engine's. */
  urls: string[];
  /** In words, for the conditions of a figure. */
  label: string;
  /** Calls to all engines so far. */
  calls(): Promise<number>;
  /** Makes 1,000 tasks of a topic wait, at once; returns when: milliseconds since 1970. */
  fill(engine: number, topic: string): Promise<number>;
  empty(engine: number, topic: string): Promise<void>;
  /** How an engine fails from now on; undefined: not any more. Not the first one, which is real. */
  setFault(engine: number, fault: EngineFault | undefined): Promise<void>;
  stop(): Promise<void>;
}

export async function startEngines(count: number, tasks: OpenTasks): Promise<Engines> {
  const { engines, hostAddress, logs } = environment();
  const [engine = ''] = engines;
  const latencyMs = median(await countMilliseconds(engine, RESERVOIR));
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  const control = await freePort();
  const responder = await startProcess({
    name: 'count-responder',
    command: process.execPath,
    args: [
      join(import.meta.dirname, 'countResponder.ts'),
      ...['--address', hostAddress, '--ports', ports.join(','), '--control', String(control)],
      ...['--engine', engine, '--latency-ms', latencyMs.toFixed(1)],
    ],
    logFile: join(logs, 'count-responder.log'),
  });
  const http = axios.create({ baseURL: `http://127.0.0.1:${control}`, timeout: 5_000, proxy: false });
  const calls = async () => (await http.get<{ calls: number }>('/calls')).data.calls;
  await waitFor('the count responder', async () => (await calls()) >= 0, { timeoutMs: 10_000 });
  await tasks.add(RESERVOIR, TASKS);
  const set = async (index: number, topic: string, backlog: number) =>
    (
      await http.put<{ at: number }>('/backlog', null, {
        params: { port: ports[index], topic, count: backlog },
      })
    ).data.at;
  return {
    urls: ports.map((port) => `http://${hostAddress}:${port}/engine-rest`),
    label:
      count === 1
        ? '1 engine (real)'
        : `${count} engines (1 real, ${count - 1} count responders with its ${latencyMs.toFixed(1)} ms)`,
    calls,
    fill: (index, topic) => (index === 0 ? tasks.move(RESERVOIR, topic) : set(index, topic, TASKS)),
    async empty(index, topic) {
      if (index === 0) await tasks.putBack(topic, RESERVOIR);
      else await set(index, topic, 0);
    },
    async setFault(index, fault) {
      await http.put('/fault', null, { params: { port: ports[index], ...(fault && { fault }) } });
    },
    async stop() {
      await responder.stop();
      await tasks.drop(RESERVOIR);
    },
  };
}
