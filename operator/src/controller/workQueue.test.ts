import { describe, expect, it } from '@jest/globals';
import { waitFor } from '../../../test/support/wait.ts';
import { WorkQueue } from './workQueue.ts';

function queueOf(work: (key: string) => Promise<number | undefined>, concurrency = 4) {
  const errors: unknown[] = [];
  const queue = new WorkQueue({ work, onError: (_, error) => errors.push(error), concurrency });
  return { queue, errors };
}

describe('the work queue', () => {
  it('keeps a key that is added several times while it waits once', async () => {
    const seen: string[] = [];
    const { queue } = queueOf(async (key) => void seen.push(key) as undefined);
    queue.add('a');
    queue.add('a');
    queue.add('b');
    queue.start();
    await waitFor('both', () => seen.length === 2);
    await queue.stop();
    expect(seen).toEqual(['a', 'b']);
  });

  it('never works twice on one key at a time, and comes back to one that was added meanwhile', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const { queue } = queueOf(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await gate.promise;
      running -= 1;
      return undefined;
    });
    queue.start();
    queue.add('a');
    await waitFor('the first run', () => runs === 1);
    queue.add('a');
    gate.resolve();
    await waitFor('the second run', () => runs === 2);
    await queue.stop();
    expect(most).toBe(1);
  });

  it('works on no more keys at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const done: string[] = [];
    const { queue } = queueOf(async (key) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      done.push(key);
      return undefined;
    }, 2);
    queue.start();
    for (const key of ['a', 'b', 'c', 'd', 'e']) queue.add(key);
    await waitFor('all', () => done.length === 5);
    await queue.stop();
    expect(most).toBe(2);
  });

  it('comes back to a key that failed, and tells the error', async () => {
    let runs = 0;
    const { queue, errors } = queueOf(async () => {
      runs += 1;
      if (runs === 1) throw new Error('first');
      return undefined;
    });
    queue.start();
    queue.add('a');
    await waitFor('the second run', () => runs === 2);
    await queue.stop();
    expect(errors).toEqual([new Error('first')]);
  });

  it('comes back to a key that asks for it', async () => {
    let runs = 0;
    const { queue } = queueOf(async () => {
      runs += 1;
      return runs === 1 ? 10 : undefined;
    });
    queue.start();
    queue.add('a');
    await waitFor('the second run', () => runs === 2);
    await queue.stop();
  });

  it('stops when what runs has ended', async () => {
    const gate = Promise.withResolvers<void>();
    let ended = false;
    const { queue } = queueOf(async () => {
      await gate.promise;
      ended = true;
      return undefined;
    });
    queue.start();
    queue.add('a');
    setTimeout(gate.resolve, 20);
    await queue.stop();
    expect(ended).toBe(true);
  });
});
