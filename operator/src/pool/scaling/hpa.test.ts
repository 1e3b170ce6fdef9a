import { describe, expect, it } from '@jest/globals';
import { type HpaSpec, type HpaState, NEW_HPA, syncHpa } from './hpa.ts';
import type { Behavior, Policy, Rules } from './hpaBehavior.ts';
import { externalProposal, type MetricReading, milli, proposal } from './hpaMetrics.ts';

const rules = (change: Partial<Rules> = {}): Rules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100_000, periodSeconds: 15 }],
  ...change,
});
const free = (change: Partial<Behavior> = {}): Behavior => ({
  scaleUp: rules(),
  scaleDown: rules({ policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }),
  ...change,
});
const spec = (change: Partial<HpaSpec> = {}): HpaSpec => ({
  minReplicas: 1,
  maxReplicas: 100,
  behavior: free(),
  ...change,
});
const tasks = (value: number): MetricReading => ({
  kind: 'external',
  targetMilli: 50_000,
  valuesMilli: [value * 1_000],
});
const pods = (replicas: number) => ({ specReplicas: replicas, statusReplicas: replicas });
/** Syncs 15 s apart, each on what the one before left; returns the replicas after each. */
function run(of: HpaSpec, start: number, values: number[], state: HpaState = NEW_HPA): number[] {
  const seen: number[] = [];
  let replicas = start;
  let memory = state;
  values.forEach((value, index) => {
    const sync = syncHpa(of, pods(replicas), [tasks(value)], memory, index * 15_000);
    replicas = sync.desired ?? replicas;
    memory = sync.state;
    seen.push(replicas);
  });
  return seen;
}

describe('an External metric with an average value', () => {
  it.each([
    ['stays at three for 160', [160_000], 3, 3],
    ['goes to four for 170', [170_000], 3, 4],
    ['stays exactly at a tenth above', [165_000], 3, 3],
    ['leaves just above it', [165_001], 3, 4],
    ['stays exactly at a tenth below', [135_000], 3, 3],
    ['leaves just below it', [449_999], 10, 9],
    ['sums every item', [100_000, 100_000], 3, 4],
    ['has no pods to compare with', [1_000], 0, 1],
    ['is nothing for nothing at no pods', [0], 0, 0],
    ['takes a negative sum for an overflow', [-1], 3, 2_147_483_647],
    ['stays within an int32', [9e15], 3, 2_147_483_647],
  ])('%s', (_, values, current, replicas) => {
    expect(externalProposal(values, 50_000, current)).toBe(replicas);
  });

  it('rounds quantities up to a thousandth, without the noise of binary fractions', () => {
    expect([milli(1.0001), milli(0.0001), milli(1.1), milli(2.007)]).toEqual([1_001, 1, 1_100, 2_007]);
  });
});

describe('several metrics', () => {
  const failed = { kind: 'failed' } as const;
  const cpu = (replicas: number) => ({ kind: 'proposal', replicas }) as const;
  it.each<[string, MetricReading[], number | undefined]>([
    ['the largest wins', [tasks(500), cpu(4)], 10],
    ['a sole failing one holds', [failed], undefined],
    ['no scale-down beside a failing one', [failed, cpu(4)], undefined],
    ['scale-up goes on beside a failing one', [failed, cpu(6)], 6],
    ['the same number is no scale-down', [failed, cpu(5)], 5],
  ])('%s', (_, readings, replicas) => {
    expect(proposal(readings, pods(5))).toBe(replicas);
  });
});

describe('one sync', () => {
  it('treats zero replicas as a pause', () => {
    expect(syncHpa(spec(), pods(0), [tasks(900)], NEW_HPA, 0)).toMatchObject({ desired: 0, rescales: false });
  });

  it.each([
    ['above the most', 120, 100],
    ['below the fewest', 2, 3],
  ])('brings back what is %s, metrics or not', (_, replicas, desired) => {
    const sync = syncHpa(spec({ minReplicas: 3 }), pods(replicas), [{ kind: 'failed' }], NEW_HPA, 0);
    expect(sync).toMatchObject({ desired, rescales: true });
  });

  it('leaves the old number when the sole metric fails, and remembers no recommendation', () => {
    const sync = syncHpa(spec(), pods(5), [{ kind: 'failed' }], NEW_HPA, 7);
    expect(sync).toEqual({
      rescales: false,
      limitedBy: 'failed',
      state: { ...NEW_HPA, recommendations: [{ replicas: 5, at: 7 }] },
    });
  });

  it('holds the highest recommendation of the down window, the first replicas included', () => {
    const slow = spec({ behavior: free({ scaleDown: rules({ stabilizationWindowSeconds: 60 }) }) });
    expect(run(slow, 3, [1_000, 100, 100, 100, 100, 100])).toEqual([20, 20, 20, 20, 2, 2]);
  });

  it('holds the lowest recommendation of the up window', () => {
    const slow = spec({ behavior: free({ scaleUp: rules({ stabilizationWindowSeconds: 30 }) }) });
    expect(run(slow, 2, [500, 700, 1_000, 1_000])).toEqual([2, 2, 14, 20]);
  });

  const up = (...policies: Policy[]) => spec({ behavior: free({ scaleUp: rules({ policies }) }) });
  const four: Policy = { type: 'Pods', value: 4, periodSeconds: 60 };
  const double: Policy = { type: 'Percent', value: 100, periodSeconds: 15 };
  it.each<[string, HpaSpec, number, number[], number[]]>([
    ['four pods a minute', up(four), 1, [5_000, 5_000, 5_000, 5_000, 5_000], [5, 5, 5, 5, 9]],
    ['the larger of two policies', up(four, double), 1, [5_000, 5_000, 5_000], [5, 10, 20]],
    [
      'the smaller where the pool asks for it',
      spec({ behavior: free({ scaleUp: rules({ policies: [four, double], selectPolicy: 'Min' }) }) }),
      3,
      [5_000, 5_000],
      [6, 7],
    ],
    [
      'a percentage up is rounded up, and down cut off',
      spec({
        behavior: {
          scaleUp: rules({ policies: [{ type: 'Percent', value: 10, periodSeconds: 15 }] }),
          scaleDown: rules({ policies: [{ type: 'Percent', value: 10, periodSeconds: 15 }] }),
        },
      }),
      5,
      [5_000, 0],
      [6, 5],
    ],
    [
      'no step up where it is disabled',
      spec({ behavior: free({ scaleUp: rules({ selectPolicy: 'Disabled' }) }) }),
      3,
      [5_000],
      [3],
    ],
    [
      'no step down where it is disabled',
      spec({ behavior: free({ scaleDown: rules({ selectPolicy: 'Disabled' }) }) }),
      9,
      [0],
      [9],
    ],
    ['the bound after the rates', up({ type: 'Pods', value: 500, periodSeconds: 15 }), 1, [50_000], [100]],
  ])('%s', (_, of, start, values, replicas) => {
    expect(run(of, start, values)).toEqual(replicas);
  });

  it('counts its own steps only', () => {
    const limited = up(four);
    const first = syncHpa(limited, pods(1), [tasks(5_000)], NEW_HPA, 0);
    // Somebody else took it from 5 to 8: the rate is counted from what the autoscaler knows.
    expect(syncHpa(limited, pods(8), [tasks(5_000)], first.state, 15_000).desired).toBe(8);
    expect(syncHpa(limited, pods(8), [tasks(5_000)], first.state, 61_000).desired).toBe(12);
  });

  it('forgets what no window reaches', () => {
    let state = NEW_HPA;
    for (let sync = 0; sync < 1_000; sync += 1) {
      const replicas = sync % 2 === 0 ? 4 : 8;
      state = syncHpa(
        spec(),
        pods(replicas),
        [tasks(replicas === 4 ? 400 : 200)],
        state,
        sync * 15_000,
      ).state;
    }
    expect(Object.values(state).every((entries) => entries.length <= 2)).toBe(true);
  });
});
