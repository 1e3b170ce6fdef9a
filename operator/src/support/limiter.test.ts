import { expect, it } from '@jest/globals';
import { Limiter } from './limiter.ts';

it('runs no more than so many at once, also after failures, and all of them in the end', async () => {
  const limiter = new Limiter(3);
  let [running, most, done] = [0, 0, 0];
  const work = async (index: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    done += 1;
    if (index % 2 === 0) throw new Error('failed');
  };
  const all = Array.from({ length: 20 }, (_, index) => limiter.run(() => work(index)));
  const results = await Promise.allSettled(all);
  expect({ most, done }).toEqual({ most: 3, done: 20 });
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
});
