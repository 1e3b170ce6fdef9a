import { expect, test } from '@jest/globals';
import { Gate } from './gate.ts';

const LONG = 60_000;

test('no more are inside than there are places, and all get in, in turn', async () => {
  const gate = new Gate(2, LONG);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  const visit = (id: number) =>
    gate.through(async () => {
      order.push(id);
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      inside -= 1;
    });
  await Promise.all([1, 2, 3, 4, 5].map(visit));
  expect(most).toBe(2);
  expect(order).toEqual([1, 2, 3, 4, 5]);
});

test('who fails leaves the place to the next', async () => {
  const gate = new Gate(1, LONG);
  await expect(gate.through(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await gate.through(() => Promise.resolve('in'))).toBe('in');
});

test('who hangs gives its place up, and no second one when it ends', async () => {
  const gate = new Gate(1, 20);
  let inside = 0;
  let most = 0;
  let end = () => {};
  const hanging = gate.through(() => new Promise<void>((resolve) => (end = resolve)));
  expect(await gate.through(() => Promise.resolve('in'))).toBe('in');
  end();
  await hanging;
  const visit = () =>
    gate.through(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      inside -= 1;
    });
  await Promise.all([visit(), visit(), visit()]);
  expect(most).toBe(1);
});
