/** What it costs the engine and its database to be asked how many tasks wait. */
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import { type Figure, figure } from '../figures.ts';
import { spread } from '../statistics.ts';
import type { OpenTasks } from './openTasks.ts';

const TOPIC = 'bench-count';
const WARM_UP = 10;
const TIMED = 30;

/** Milliseconds of one count as the operator asks for it, over a connection that is kept. */
export async function countMilliseconds(engine: string, topic: string): Promise<number[]> {
  const httpAgent = new Agent({ keepAlive: true });
  const http = axios.create({ baseURL: engine, timeout: 60_000, proxy: false, httpAgent });
  const times: number[] = [];
  for (let call = 0; call < WARM_UP + TIMED; call += 1) {
    const start = performance.now();
    await ask(http, topic);
    if (call >= WARM_UP) times.push(performance.now() - start);
  }
  httpAgent.destroy();
  return times;
}

function ask(http: AxiosInstance, topicName: string): Promise<unknown> {
  const params = { topicName, withRetriesLeft: true, active: true, notLocked: true };
  return http.get('/external-task/count', { params });
}

/** One figure for each number of open tasks, all of one topic, in rising order. */
export async function measureCountCost(
  engine: string,
  tasks: OpenTasks,
  openTasks: readonly number[],
  machine: string,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  let open = 0;
  for (const wanted of openTasks.toSorted((a, b) => a - b)) {
    await tasks.add(TOPIC, wanted - open, 'active');
    open = wanted;
    const { count, median, min, max } = spread(await countMilliseconds(engine, TOPIC));
    const conditions = `median of ${count} calls, ${min.toFixed(1)}–${max.toFixed(1)} ms, all tasks of one topic, ${machine}`;
    figures.push(figure(`count_query_ms_at_${shortNumber(wanted)}`, median, 'ms', conditions));
  }
  return figures;
}

/** 100, 10k, 100k. */
const shortNumber = (value: number) =>
  value >= 1_000 && value % 1_000 === 0 ? `${value / 1_000}k` : `${value}`;
