import { expect, test } from '@jest/globals';
import { Permits } from './permits.ts';

test('no more are taken than there are', async () => {
  const permits = new Permits(3);
  expect(await permits.take(2)).toBe(2);
  expect(await permits.take(2)).toBe(1);
  expect(permits.held).toBe(3);
});

test('who finds none waits, in turn, until some come back', async () => {
  const permits = new Permits(1);
  await permits.take(1);
  const order: string[] = [];
  const first = permits.take(1).then(() => order.push('first'));
  const second = permits.take(1).then(() => order.push('second'));
  permits.giveBack(1);
  await first;
  expect(order).toEqual(['first']);
  permits.giveBack(1);
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('several that come back wake several', async () => {
  const permits = new Permits(2);
  await permits.take(2);
  const both = Promise.all([permits.take(1), permits.take(1)]);
  permits.giveBack(2);
  expect(await both).toEqual([1, 1]);
});

test('closing sends everybody away with nothing', async () => {
  const permits = new Permits(1);
  await permits.take(1);
  const waiting = permits.take(1);
  permits.close();
  permits.giveBack(1);
  expect(await waiting).toBe(0);
  expect(await permits.take(1)).toBe(0);
});
