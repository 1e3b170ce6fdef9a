import { describe, expect, test } from '@jest/globals';
import { afterCall, type Flow, initialFlow, type Signal } from './aimd.ts';

const good = (durationMs = 1_500): Signal => ({ kind: 'good', durationMs });
const overloaded: Signal = { kind: 'overloaded', durationMs: 100 };

/** Calls one after the other, `everyMs` apart. */
function after(signals: readonly Signal[], { from = initialFlow(200), most = 200, everyMs = 10 } = {}): Flow {
  return signals.reduce(
    (flow, signal, index) => afterCall(flow, signal, most, 10_000 + index * everyMs),
    from,
  );
}
const times = (count: number, signal: Signal) => Array.from({ length: count }, () => signal);

describe('the limit', () => {
  test.each<[string, readonly Signal[], number]>([
    ['starts at the most', [], 200],
    ['stays there while calls are good', times(1_000, good()), 200],
    ['falls by a quarter when the API is overloaded', [...times(10, good()), overloaded], 150],
    [
      'falls once for calls that were in flight together',
      [...times(10, good()), ...times(50, overloaded)],
      150,
    ],
    ['does not fall for one call that takes long', [...times(100, good()), good(8_000)], 200],
    ['falls when calls take three times as long', [...times(100, good()), ...times(12, good(4_500))], 180],
    ['does not fall when fast calls vary', [...times(100, good(2)), ...times(100, good(100))], 200],
  ])('%s', (_what, signals, limit) => {
    expect(after(signals).limit).toBe(limit);
  });

  test('falls again when the API is still overloaded after the time of a call', () => {
    const signals = [...times(10, good()), ...times(2, overloaded)];
    expect(after(signals, { everyMs: 1_501 }).limit).toBe(112.5);
  });

  test('is never below one call, which finds out whether the API is back', () => {
    expect(after(times(100, overloaded), { everyMs: 2_000 }).limit).toBe(1);
  });

  test('is back after twenty rounds of good calls, wherever it was', () => {
    let flow = after(times(100, overloaded), { everyMs: 2_000 });
    let rounds = 0;
    for (; flow.limit < 200; rounds += 1) flow = after(times(Math.ceil(flow.limit), good()), { from: flow });
    expect(rounds).toBeLessThanOrEqual(21);
  });

  test('recovers in steps of one where few calls are allowed', () => {
    const flow = afterCall({ ...initialFlow(4), limit: 1 }, good(), 4, 0);
    expect(flow.limit).toBe(2);
  });
});

test('a model that is slower for good counts as normal in the end', () => {
  const slower = after([...times(100, good()), ...times(300, good(6_000))], { everyMs: 30 });
  expect(slower.limit).toBeLessThan(200);
  const later = after(times(6_000, good(6_000)), { from: slower, everyMs: 30 });
  expect(later.limit).toBe(200);
});
