import { afterEach, expect, test } from '@jest/globals';
import { type Scripted, startScripted } from '../../../test/engine/scripted.ts';
import type { LockedTask } from './externalTasks.ts';
import { complete, fail } from './settle.ts';

let engine: Scripted;
afterEach(() => engine.close());

const task = (lockMs = 20_000): LockedTask => ({
  id: 'a',
  processInstanceId: 'p',
  variables: {},
  lockEnd: performance.now() + lockMs,
});
const settler = () => ({
  workerId: 'me',
  nodes: engine.nodes,
  giveUp: new AbortController().signal,
  onError: () => undefined,
});
const failure = { errorMessage: 'no', retries: 1, retryTimeoutMs: 1_000 };
const tooLarge = { status: 500, body: { code: 10_002 } };

test('a task is completed, not gone, where a value did not fit only the second time', async () => {
  engine = await startScripted((request, number) => {
    if (request.endsWith('/failure')) return { status: 404 };
    return number === 1 ? undefined : tooLarge;
  });
  expect(await complete(settler(), task(), {})).toBe('completed');
  expect(engine.asked.at(-1)).toBe('POST /external-task/a/failure');
});

test('a report that meets nothing but server errors ends with the lock', async () => {
  engine = await startScripted(() => ({ status: 500 }));
  expect(await fail(settler(), task(100), failure)).toBe('abandoned');
  expect(engine.asked.every((request) => request.endsWith('/failure'))).toBe(true);
});
