import { expect, test } from '@jest/globals';
import { createMetrics } from '../telemetry/metrics.ts';
import { SharedCalls } from './sharedCalls.ts';

const newCalls = () => new SharedCalls({ redis: undefined, callMs: 50, metrics: createMetrics() });
const soon = (ms = 5_000, cancelled?: AbortSignal) => ({ deadline: performance.now() + ms, cancelled });
const nothing = async () => undefined;

/** A call that ends when told to. */
function call(answer: 'ALLOWED' | undefined) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let made = 0;
  return {
    end: resolve,
    made: () => made,
    ask: async () => {
      made += 1;
      await promise;
      return { answer: answer && { decision: answer }, result: answer ?? 'failed' };
    },
  };
}

test('identical questions at the same time cost one call, and different ones one each', async () => {
  const calls = newCalls();
  const { ask, end, made } = call('ALLOWED');
  const runs = Array.from({ length: 20 }, () => calls.run('q-1', soon(), ask, nothing));
  const other = calls.run('q-2', soon(), ask, nothing);
  end();
  const results = await Promise.all(runs);
  expect(results.filter((result) => 'result' in result)).toEqual([{ result: 'ALLOWED' }]);
  expect(results.filter((result) => 'shared' in result)).toHaveLength(19);
  expect(await other).toEqual({ result: 'ALLOWED' });
  expect(made()).toBe(2);
});

test('the answer is kept before anybody gets it', async () => {
  const calls = newCalls();
  const { ask, end } = call('ALLOWED');
  const order: string[] = [];
  const keep = async () => void order.push('kept');
  const first = calls.run('q', soon(), ask, keep);
  const second = calls.run('q', soon(), ask, keep).then(() => order.push('shared'));
  end();
  await Promise.all([first, second]);
  expect(order).toEqual(['kept', 'shared']);
});

test('a call that has ended is not shared any more: what is remembered is not its business', async () => {
  const calls = newCalls();
  const { ask, end, made } = call('ALLOWED');
  end();
  for (let time = 1; time <= 2; time += 1) {
    expect(await calls.run('q', soon(), ask, nothing)).toEqual({ result: 'ALLOWED' });
    expect(made()).toBe(time);
  }
});

test('a failure is not shared: who waited for it asks, and the next question begins anew', async () => {
  const calls = newCalls();
  const failing = call(undefined);
  const working = call('ALLOWED');
  const first = calls.run('q', soon(), failing.ask, nothing);
  const waiting = calls.run('q', soon(), working.ask, nothing);
  failing.end();
  working.end();
  expect([await first, await waiting]).toEqual([{ result: 'failed' }, { result: 'ALLOWED' }]);
  expect(await calls.run('q', soon(), working.ask, nothing)).toEqual({ result: 'ALLOWED' });
});

test('a call that throws leaves nobody waiting', async () => {
  const calls = newCalls();
  const first = calls.run('q', soon(), () => Promise.reject(new Error('defect')), nothing);
  const { ask, end } = call('ALLOWED');
  end();
  const second = calls.run('q', soon(), ask, nothing);
  await expect(first).rejects.toThrow('defect');
  expect(await second).toEqual({ result: 'ALLOWED' });
});

test.each([
  ['there would be no time left for an own call', () => soon(100)],
  ['its task is gone', () => soon(5_000, AbortSignal.timeout(50))],
])('nobody waits for another once %s', async (_what, until) => {
  const calls = newCalls();
  const slow = call('ALLOWED');
  const own = call('ALLOWED');
  own.end();
  const first = calls.run('q', soon(), slow.ask, nothing);
  expect(await calls.run('q', until(), own.ask, nothing)).toEqual({ result: 'ALLOWED' });
  slow.end();
  await first;
});
