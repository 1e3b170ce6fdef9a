import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Scripted, startScripted } from '../../../test/engine/scripted.ts';
import { NO_AUTH } from './auth.ts';
import { EngineError } from './errors.ts';
import type { LockedTask } from './externalTasks.ts';
import { EngineNode } from './nodes.ts';
import { complete, fail, giveBack } from './settle.ts';

let engine: Scripted;
let giveUp: AbortController;
beforeEach(() => {
  giveUp = new AbortController();
});
afterEach(() => {
  giveUp.abort();
  engine.close();
});

const task = (lockMs = 20_000): LockedTask => ({
  id: 'a',
  processInstanceId: 'p',
  variables: {},
  lockEnd: performance.now() + lockMs,
});
const settler = () => ({
  workerId: 'me',
  nodes: engine.nodes,
  giveUp: giveUp.signal,
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

describe('after a lost answer to giving a task back', () => {
  const unlock = 'POST /external-task/a/unlock';
  const look = 'GET /external-task/a';

  test.each([
    ['another worker has', 'another'],
    ['is nobody’s', null],
  ])('one that %s is left alone', async (_what, workerId) => {
    engine = await startScripted((request) =>
      request === look ? { status: 200, body: { id: 'a', workerId } } : undefined,
    );
    expect(await giveBack(settler(), task())).toBe('returned');
    expect(engine.asked).toEqual([unlock, look]);
  });

  test('one that is still ours is given back again', async () => {
    engine = await startScripted((request, number) => {
      if (request === look) return { status: 200, body: { id: 'a', workerId: 'me' } };
      return number === 1 ? { status: 503 } : { status: 204 };
    });
    expect(await giveBack(settler(), task())).toBe('returned');
    expect(engine.asked).toEqual([unlock, look, unlock]);
  });

  test('one whose lock ends while a token is waited for is not touched', async () => {
    engine = await startScripted(() => ({ status: 204 }));
    const header = () => new Promise<string>((resolve) => setTimeout(resolve, 200, 'Bearer t'));
    const node = new EngineNode({ url: engine.url, address: '127.0.0.1' }, { ...NO_AUTH, header });
    expect(await giveBack({ ...settler(), nodes: { pick: () => node } }, task(100))).toBe('abandoned');
    expect(engine.asked).toEqual([]);
    node.close();
  });

  test('one is given up with its lock where no token comes', async () => {
    engine = await startScripted(() => ({ status: 204 }));
    const header = () => Promise.reject(new EngineError('NO_TOKEN'));
    const node = new EngineNode({ url: engine.url, address: '127.0.0.1' }, { ...NO_AUTH, header });
    expect(await giveBack({ ...settler(), nodes: { pick: () => node } }, task(50))).toBe('abandoned');
    node.close();
  });

  test('one whose lock is over is not touched', async () => {
    engine = await startScripted((request) =>
      request === look ? { status: 200, body: { id: 'a', workerId: 'me' } } : undefined,
    );
    expect(await giveBack(settler(), task(20))).toBe('abandoned');
    expect(engine.asked.filter((request) => request === unlock)).toHaveLength(1);
  });
});
