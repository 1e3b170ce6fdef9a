/** The loop, against an engine that says what the test wants. What the real one does is in test/integration. */
import { afterEach, expect, test } from '@jest/globals';
import { type Scripted, startScripted } from '../../test/engine/scripted.ts';
import { waitFor } from '../../test/support/wait.ts';
import { NO_AUTH } from './engine/auth.ts';
import { NodeSet } from './engine/nodeSet.ts';
import { Permits } from './permits.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { Worker, type WorkerOptions } from './worker.ts';

const FETCH = 'POST /external-task/fetchAndLock';
const LOOK = 'GET /external-task';
const UNLOCK = 'POST /external-task/a/unlock';
const NOTHING = { status: 200, body: [] };

const engines: Scripted[] = [];
const giveUp = new AbortController();
afterEach(() => {
  for (const engine of engines.splice(0)) engine.close();
});

async function workerOf(
  say: Parameters<typeof startScripted>[0],
  handle: WorkerOptions['handle'] = async () => 'completed',
) {
  const engine = await startScripted(say);
  engines.push(engine);
  const nodes = new NodeSet({ urls: [engine.url], mode: 'Auto', auth: NO_AUTH });
  const metrics = createMetrics();
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const worker = new Worker({
    nodes,
    permits: new Permits(10),
    longPollMs: 60_000,
    subscription: { workerId: 'me', topic: 't', lockDurationMs: 30_000, variables: [] },
    onRefused: async () => undefined,
    handle,
    settler: { workerId: 'me', nodes, giveUp: giveUp.signal, onError: () => undefined },
    metrics,
    log: { debug: log, info: log, warn: log, error: log, record: () => undefined },
  });
  return { worker, engine, metrics, logged };
}

/** Locked for this worker, which does not know it; found from the third look on, after those of the start. */
function foundLate() {
  let looks = 0;
  const held = {
    status: 200,
    body: [{ id: 'a', lockExpirationTime: new Date(Date.now() + 20_000).toISOString() }],
  };
  return () => {
    looks += 1;
    return looks > 2 ? held : NOTHING;
  };
}

test('what a poll may have locked before it was answered with an error is given back', async () => {
  await Promise.all(
    [503, 500, 302].map(async (status) => {
      let polls = 0;
      const look = foundLate();
      const { worker, engine } = await workerOf((request) => {
        if (request === LOOK) return engine.asked.includes(UNLOCK) ? NOTHING : look();
        if (request !== FETCH) return { status: 204 };
        polls += 1;
        return polls === 1 ? { status } : NOTHING;
      });
      const running = worker.run();
      await waitFor(`a task to be given back after ${status}`, () => engine.asked.includes(UNLOCK));
      worker.stop();
      await running;
    }),
  );
}, 20_000);

test('a worker that stops waits for what its last poll may have locked, and gives it back', async () => {
  const look = foundLate();
  const { worker, engine } = await workerOf((request) => {
    if (request === LOOK) return look();
    if (request !== FETCH) return { status: 204 };
    worker.stop();
    return undefined;
  });
  await worker.run();
  expect(engine.asked).toContain(UNLOCK);
}, 20_000);

test('a task whose handling fails is logged and dropped, and the worker goes on', async () => {
  let polls = 0;
  const { worker, metrics, logged } = await workerOf(
    (request) => {
      if (request !== FETCH) return NOTHING;
      polls += 1;
      const body = polls <= 2 ? [{ id: `task-${polls}`, processInstanceId: 'p' }] : [];
      return { status: 200, body };
    },
    async ({ id }) => {
      if (id === 'task-1') throw new Error('a defect');
      return 'completed';
    },
  );
  const running = worker.run();
  await waitFor('both tasks to end', () => polls > 2 && worker.inFlight === 0);
  worker.stop();
  await running;
  expect(logged).toContain('task_failed');
  const { values } = await metrics.taskSettlements.get();
  const settled = values.flatMap(({ labels, value }) => (value > 0 ? [labels.settlement] : []));
  expect(settled.sort()).toEqual(['abandoned', 'completed']);
});
