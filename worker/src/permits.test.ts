import { describe, expect, test } from '@jest/globals';
import { type Allowance, Permits } from './permits.ts';

/** A quota that a test changes. */
function quota(initial: number): Allowance & { set(value: number): void } {
  let value = initial;
  let listener = () => {};
  return {
    allowance: () => value,
    onChange: (changed) => {
      listener = changed;
    },
    set(next) {
      value = next;
      listener();
    },
  };
}

const pending = async (promise: Promise<number>) => Promise.race([promise, Promise.resolve('waits')]);

test('no more are taken than there are', async () => {
  const permits = new Permits(3);
  expect(await permits.take(2)).toBe(2);
  expect(await permits.take(2)).toBe(1);
  expect(await pending(permits.take(1))).toBe('waits');
});

test('permits of tasks that did not come go back, those of tasks that came when they end', async () => {
  const permits = new Permits(3);
  permits.arrived(await permits.take(3), 2);
  expect(permits.working).toBe(2);
  expect(await permits.take(3)).toBe(1);
  const waiting = permits.take(3);
  permits.done();
  expect(await waiting).toBe(1);
});

test('who finds none waits, in turn, until some come back', async () => {
  const permits = new Permits(1);
  await permits.take(1);
  const order: string[] = [];
  const first = permits.take(1).then(() => order.push('first'));
  const second = permits.take(1).then(() => order.push('second'));
  permits.arrived(1, 0);
  await first;
  expect(order).toEqual(['first']);
  permits.arrived(1, 0);
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('several that come back wake several', async () => {
  const permits = new Permits(2);
  await permits.take(2);
  const both = Promise.all([permits.take(1), permits.take(1)]);
  permits.arrived(2, 0);
  expect(await both).toEqual([1, 1]);
});

test('closing sends everybody away with nothing', async () => {
  const permits = new Permits(1);
  await permits.take(1);
  const waiting = permits.take(1);
  permits.close();
  permits.arrived(1, 0);
  expect(await waiting).toBe(0);
  expect(await permits.take(1)).toBe(0);
});

describe('a lower limit', () => {
  test('takes nothing away and lets nothing new in until enough has ended', async () => {
    const permits = new Permits(4);
    permits.arrived(await permits.take(4), 4);
    permits.limit = 2;
    const waiting = permits.take(4);
    permits.done();
    permits.done();
    expect(await pending(waiting)).toBe('waits');
    permits.done();
    expect(await waiting).toBe(1);
  });

  test('that is restored lets those in who wait', async () => {
    const permits = new Permits(4);
    permits.limit = 1;
    expect(await permits.take(4)).toBe(1);
    const waiting = permits.take(4);
    permits.limit = 9;
    expect(permits.limit).toBe(4);
    expect(await waiting).toBe(3);
  });

  test('is never below one', () => {
    const permits = new Permits(4);
    permits.limit = 0;
    expect(permits.limit).toBe(1);
  });
});

describe('a quota', () => {
  test('bounds what is taken, and lets more in when there is more', async () => {
    const limit = quota(0.9);
    const permits = new Permits(10, limit);
    const waiting = permits.take(10);
    expect(await pending(waiting)).toBe('waits');
    limit.set(3.5);
    expect(await waiting).toBe(3);
  });

  test('counts the permits of open polls, but leaves each node one', async () => {
    const permits = new Permits(10, quota(4));
    expect(await permits.take(10)).toBe(4);
    expect(await permits.take(10)).toBe(1);
  });
});

describe('a batch', () => {
  test('waits for its least number of permits', async () => {
    const permits = new Permits(4);
    permits.arrived(await permits.take(4), 4);
    const waiting = permits.take(4, { atLeast: 2, withinMs: 60_000 });
    permits.done();
    expect(await pending(waiting)).toBe('waits');
    permits.done();
    expect(await waiting).toBe(2);
  });

  test('but not for long', async () => {
    const permits = new Permits(4);
    permits.arrived(await permits.take(4), 3);
    permits.limit = 4;
    expect(await permits.take(4, { atLeast: 3, withinMs: 10 })).toBe(1);
  });

  test('of more than is asked for is no reason to wait', async () => {
    expect(await new Permits(4).take(1, { atLeast: 2, withinMs: 60_000 })).toBe(1);
  });
});
