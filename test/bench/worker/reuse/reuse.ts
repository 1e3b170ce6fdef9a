/** How many calls the cache saves: two workers that share a Redis, on tickets of a distribution that is written down. */
import { long } from '../../../engine/client.ts';
import type { RunningProcess } from '../../../support/process.ts';
import { step } from '../../../support/step.ts';
import { startTcpProxy } from '../../../support/tcpProxy.ts';
import { sleep, waitFor } from '../../../support/wait.ts';
import { type Figure, figure } from '../../figures.ts';
import type { Backends } from '../backends.ts';
import { Backlog, daysAgo, type Variables } from '../backlog.ts';
import type { Settings } from '../settings.ts';
import { ours } from '../sides.ts';
import { workerMetric } from '../workerMetric.ts';
import { type BenchTicket, repeated, tickets } from './distribution.ts';

const WORKERS = 2;
const CONCURRENCY = 50;
const SEED = 1;
const SETTLE_MS = 3_000;

interface Saved {
  tasks: number;
  calls: number;
  /** Tasks that waited for another's call: without single flight each had made its own. */
  shared: number;
  kilobytesPerCall: number;
}

/** The document's ticket has three fields; the whole one has the product's rules and the reason, too. */
const KINDS = {
  three_fields: { words: 'tickets of class, days and purchase date, as the document has them', whole: false },
  whole: { words: 'whole tickets, with fare rules and reason', whole: true },
} as const;

/** @param publish gets the figures after every kind of ticket */
export async function measureReuse(
  settings: Settings,
  backends: Backends,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  if (settings.tickets === 0) return;
  const [engine = ''] = backends.engines;
  const backlog = await Backlog.open(engine, backends.database);
  const all = tickets(settings.tickets, SEED);
  for (const [name, { words, whole }] of Object.entries(KINDS)) {
    const variables = all.map((ticket) => variablesOf(ticket, whole));
    const most = repeated(whole ? all : all.map(documents));
    await step(`${words}: ${all.length} waiting`, () => backlog.replace(variables));
    const saved = await step(`${words}: working`, () => run(backends, backlog, `bench-reuse-${name}`));
    const conditions = `${words}, ${all.length} of the distribution in test/bench/worker/reuse, of which ${(100 * most).toFixed(0)} % are like an earlier one, ${WORKERS} workers with ${CONCURRENCY} at once share a Redis that is empty at first, all waiting at the start, answers after 1.5 s, ${machine}`;
    publish(reuseFigures(name === 'three_fields' ? '' : `_${name}`, saved, conditions));
  }
}

async function run(backends: Backends, backlog: Backlog, topic: string): Promise<Saved> {
  const llm = await backends.startLlm();
  const proxy = await startTcpProxy(Number(new URL(llm.baseURL).port));
  const redis = await backends.startRedis();
  const side = ours({ WORKER_CONCURRENCY: String(CONCURRENCY), CACHE_REDIS_URL: redis.url });
  const workers: RunningProcess[] = [];
  try {
    const work = { engines: backends.engines, topic, llm: `http://127.0.0.1:${proxy.port}/v1` };
    for (let index = 0; index < WORKERS; index += 1) workers.push(await side.start(backends, work));
    await sleep(SETTLE_MS);
    const tasks = await backlog.release(topic);
    await waitFor('all to be decided', async () => (await backlog.open(topic)) === 0, {
      timeoutMs: 300_000,
      everyMs: 500,
    });
    const shared = await Promise.all(
      workers.map((worker) => workerMetric(worker, 'llm_worker_shared_calls_total')),
    );
    const { calls } = await llm.control.stats();
    return {
      tasks,
      calls,
      shared: shared.reduce((sum, value) => sum + value, 0),
      kilobytesPerCall: proxy.bytes() / calls / 1_000,
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await backlog.recall(topic);
    await redis.stop();
    await proxy.stop();
    await llm.process.stop();
  }
}

const documents = ({ ticketClass, daysUntilFlight, boughtDaysAgo }: BenchTicket) => ({
  ticketClass,
  daysUntilFlight,
  boughtDaysAgo,
});

function variablesOf(ticket: BenchTicket, whole: boolean): Variables {
  const { ticketClass, daysUntilFlight, boughtDaysAgo, fareRulesText, refundReason } = ticket;
  return {
    ticketClass: { value: ticketClass },
    daysUntilFlight: { value: daysUntilFlight },
    purchaseDate: { value: daysAgo(boughtDaysAgo) },
    ticketPriceMinor: long(20_000),
    fareRulesText: { value: whole ? fareRulesText : null },
    refundReason: { value: whole ? refundReason : null },
  };
}

/** Pure. @param suffix of the names */
export function reuseFigures(suffix: string, saved: Saved, conditions: string): Figure[] {
  const { tasks, calls, shared, kilobytesPerCall } = saved;
  const ratio = (of: number) => 1 - of / tasks;
  return [
    figure(`cache_saved_ratio${suffix}`, ratio(calls), 'ratio', `with single flight, ${conditions}`, {
      ...(suffix === '' && { goal: '≥ 0.3' }),
    }),
    figure(
      `cache_saved_ratio${suffix}_alone`,
      ratio(calls + shared),
      'ratio',
      `without single flight: the ${shared} tasks that waited for another's call counted as calls, ${conditions}`,
    ),
    ...(suffix === ''
      ? [
          figure('cache_saved_ratio', 0.3, 'ratio', '30–50 % as the architecture document states it', {
            peer: 'document',
          }),
          figure(
            'kb_per_call',
            kilobytesPerCall,
            'kB',
            `both directions, TCP payload, no TLS, ${conditions}`,
            {
              goal: '≤ 10',
            },
          ),
          figure('kb_per_call', 10, 'kB', 'as the architecture document states it', { peer: 'document' }),
        ]
      : []),
  ];
}
