import { describe, expect, it } from '@jest/globals';
import {
  type Curve,
  MAX_REPLICAS,
  oneTooth,
  SYNC_SECONDS,
  sawtooth,
  TASKS_PER_REPLICA,
  WINDOW_SECONDS,
} from './sawtooth.ts';

const tasksAt = ({ rest, moments }: Curve, second: number) =>
  moments.findLast(({ at }) => at <= second)?.tasks ?? rest;
/** Most pods asked for from one second to before another. */
const most = (curve: Curve, from: number, to: number) => {
  let tasks = 0;
  for (let second = from; second < to; second += 1) tasks = Math.max(tasks, tasksAt(curve, second));
  return Math.ceil(tasks / TASKS_PER_REPLICA);
};

describe.each<[string, Curve]>([
  ['one tooth', oneTooth()],
  ['thirty minutes', sawtooth(30)],
  ['a minute, which is one tooth', sawtooth(1)],
])('the load: %s', (_, curve) => {
  it('is told in the order of time', () => {
    const times = curve.moments.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
    expect(curve.length).toBeGreaterThan(times.at(-1) ?? 0);
  });

  it('is never more than the most pods are for', () => {
    for (const { tasks } of curve.moments) {
      expect(tasks).toBeGreaterThan(2 * TASKS_PER_REPLICA);
      expect(tasks).toBeLessThanOrEqual(MAX_REPLICAS * TASKS_PER_REPLICA);
    }
  });

  it('never asks for a step up within a minute of the window letting go', () => {
    for (let second = 0; second < curve.length; second += 1) {
      const now = most(curve, second, second + 1);
      const held = most(curve, second - WINDOW_SECONDS, second);
      if (now <= held) continue;
      const letGo = most(curve, second - 60 - WINDOW_SECONDS - SYNC_SECONDS, second - 60);
      expect({ second, letGo }).toEqual({ second, letGo: Math.min(letGo, held) });
    }
  });

  it('has bursts that can be over before the autoscaler looks', () => {
    const bursts = curve.moments.flatMap(({ at, what }, index) =>
      what.startsWith('burst ') && what !== 'burst is over' ? [(curve.moments[index + 1]?.at ?? 0) - at] : [],
    );
    expect(bursts.length).toBeGreaterThanOrEqual(2);
    for (const seconds of bursts) expect(seconds).toBeLessThan(SYNC_SECONDS / 2);
  });
});

describe('thirty minutes of load', () => {
  it('have several teeth, some of them with a rollout, and are not much longer', () => {
    const { moments, length } = sawtooth(30);
    expect(moments.filter(({ what }) => what === 'jump').length).toBeGreaterThanOrEqual(5);
    expect(moments.filter(({ rollout }) => rollout).length).toBeGreaterThanOrEqual(2);
    expect(length).toBeGreaterThanOrEqual(30 * 60);
    expect(length).toBeLessThan(38 * 60);
  });
});
