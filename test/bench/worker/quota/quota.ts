/** Ten workers under a quota that the model enforces, once with each limit as the one that binds. */
import axios from 'axios';
import type { RunningProcess } from '../../../support/process.ts';
import { step } from '../../../support/step.ts';
import { sleep } from '../../../support/wait.ts';
import type { Figure } from '../../figures.ts';
import { figure } from '../../figures.ts';
import type { Backends, Llm } from '../backends.ts';
import { Backlog } from '../backlog.ts';
import type { Settings } from '../settings.ts';
import { jsClient, ours, type Side } from '../sides.ts';
import { type Limit, type QuotaRun, quotaFigures, quotaRun } from './quotaFigures.ts';

const WORKERS = 10;
const CONCURRENCY = 20;
const LIMITS: Limit[] = [
  { name: 'rpm', perMinute: 3_500 },
  { name: 'tpm', perMinute: 200_000 },
];
/** About what a call is charged, for the size of the backlog alone. */
const TOKENS_PER_CALL = 120;
/** The buckets are empty when work begins and have this time's worth by then: a start is no free minute. */
const REFILL_MS = 3_000;
/** From the release of the tasks until measuring begins. */
const RAMP_MS = 10_000;
const SETTLE_MS = 5_000;

/** @param publish gets the figures after every run */
export async function measureQuota(
  { quotaSeconds }: Settings,
  backends: Backends,
  machine: string,
  publish: (figures: Figure[]) => void,
): Promise<void> {
  if (quotaSeconds === 0) return;
  const [engine = ''] = backends.engines;
  const backlog = await Backlog.open(engine, backends.database);
  const conditions = `${WORKERS} workers with ${CONCURRENCY} at once, ${quotaSeconds} s each after ${RAMP_MS / 1_000} s, quota enforced by the stand-in, answers after 1.5 s, ${machine}`;
  const runs: QuotaRun[] = [];
  for (const limit of LIMITS) {
    for (const side of [await sharing(backends, limit), naive]) {
      runs.push(await oneRun(backends, backlog, limit, side, quotaSeconds));
      publish([...quotaFigures(runs, conditions), ...teamFigures(runs, conditions)]);
    }
  }
}

/** Ours, with the limits declared and a Redis in which the workers keep them together. */
async function sharing(backends: Backends, { name, perMinute }: Limit): Promise<Side> {
  const redis = await backends.startRedis();
  const quota = name === 'rpm' ? { requestsPerMinute: perMinute } : { tokensPerMinute: perMinute };
  return ours({
    WORKER_CONCURRENCY: String(CONCURRENCY),
    LLM_QUOTAS: JSON.stringify([{ group: 'default', ...quota }]),
    CACHE_REDIS_URL: redis.url,
    // Every task has to ask.
    CACHE_DECISIONS: 'false',
  });
}

/** The SDK's two retries and nothing else. */
const naive = jsClient('sdk-retries', {
  maxTasks: CONCURRENCY,
  interval: 50,
  maxParallelExecutions: CONCURRENCY,
});

async function oneRun(
  backends: Backends,
  backlog: Backlog,
  limit: Limit,
  side: Side,
  seconds: number,
): Promise<QuotaRun> {
  const callsPerMinute = limit.name === 'rpm' ? limit.perMinute : limit.perMinute / TOKENS_PER_CALL;
  // Whoever does not pace loses tasks to people as fast as calls are refused: they must last all the same.
  const spare = side.peer === null ? 1 : 4;
  const tasks = Math.ceil((spare * callsPerMinute * (seconds + 2 * (RAMP_MS / 1_000))) / 60);
  const who = `${side.peer ?? 'ours'} under ${limit.name}`;
  await step(`${who}: ${tasks} waiting`, () => backlog.fill(tasks));
  const llm = await backends.startLlm({ [limit.name]: limit.perMinute });
  const topic = `bench-quota-${limit.name}-${side.peer ?? 'ours'}`;
  const workers: RunningProcess[] = [];
  try {
    return await step(
      `${who}: working`,
      async () => {
        const work = { engines: backends.engines, topic, llm: llm.baseURL };
        for (let index = 0; index < WORKERS; index += 1) workers.push(await side.start(backends, work));
        await sleep(SETTLE_MS);
        await drain(llm, limit);
        await sleep(REFILL_MS);
        await backlog.release(topic);
        await sleep(RAMP_MS);
        const from = Date.now();
        await sleep(seconds * 1_000);
        const until = Date.now();
        if ((await backlog.open(topic)) === 0) throw new Error('the tasks have not lasted');
        await stopAll(workers);
        return quotaRun(limit, side.peer, await llm.control.calls(), from, until);
      },
      ({ use, refused, calls }) =>
        `${(100 * use).toFixed(1)} % used, ${(100 * refused).toFixed(2)} % of ${calls} calls refused`,
    );
  } finally {
    await stopAll(workers);
    await backlog.recall(topic);
    await llm.process.stop();
  }
}

const stopAll = (workers: readonly RunningProcess[]) => Promise.all(workers.map((worker) => worker.stop()));

/** Empties the stand-in's buckets and its list of calls. */
async function drain({ baseURL, control }: Llm, { name, perMinute }: Limit): Promise<void> {
  const http = axios.create({ baseURL, proxy: false, validateStatus: () => true });
  const call = (content: string) =>
    http.post(
      '/chat/completions',
      { model: 'gpt-4o-mini', max_tokens: 1, messages: [{ role: 'user', content }] },
      { headers: { authorization: 'Bearer sk-of-the-benchmark' } },
    );
  await control.settings({ latencyMs: { min: 0, max: 0 } });
  if (name === 'tpm') {
    // Four characters a token, as the stand-in counts.
    for (let part = 0; part < 10; part += 1) await call('x'.repeat((4 * perMinute) / 10 - 100));
  } else {
    let left = perMinute;
    const caller = async () => {
      while (left-- > 0) await call('x');
    };
    await Promise.all(Array.from({ length: 20 }, caller));
  }
  await control.settings({ latencyMs: { min: 1_500, max: 1_500 } });
  await control.clearCalls();
}

/** What ten workers decide, beside what the architecture document expects of ten. */
function teamFigures(runs: readonly QuotaRun[], conditions: string): Figure[] {
  const own = runs.find(({ peer, limit }) => peer === null && limit.name === 'rpm');
  if (!own) return [];
  const name = 'ten_workers_per_min';
  return [
    figure(name, own.answeredPerMinute, '1/min', `under 3,500 requests/min, ${conditions}`, {
      goal: '≥ 400',
    }),
    figure(name, 400, '1/min', 'as the architecture document states it', { peer: 'document' }),
  ];
}
