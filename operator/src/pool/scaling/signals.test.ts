import { describe, expect, it } from '@jest/globals';
import { type PoolSpec, parsePoolSpec } from '../../../../crds/src/pool.ts';
import { minimalSpec } from '../fixtures.ts';
import type { WorkerStats } from '../observation.ts';
import { desiredReplicas } from './desired.ts';
import { limits } from './limits.ts';
import { type Counts, cpuSignal, type Signal, signals } from './signals.ts';

function specOf(scaling: object, concurrency = 10): PoolSpec {
  const parsed = parsePoolSpec({ ...minimalSpec, scaling, worker: { concurrency } });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.spec;
}
const none = { pause: { in: false, out: false }, overlap: { younger: [] } };

/** What a pool at its tolerance's mercy would be told: desired replicas for these counts and measurements. */
function desired(
  counts: Counts,
  workers: WorkerStats,
  scaling: object,
  current: number,
  more: Signal[] = [],
) {
  const spec = specOf({ minReplicas: 1, maxReplicas: 100, ...scaling });
  const fewest = { replicas: spec.scaling.minReplicas, because: 'minReplicas' };
  return desiredReplicas(
    [...signals(spec, counts, workers, current), ...more],
    counts,
    limits(spec.scaling, { ...none, fewest }, current),
    spec.scaling.tasksPerReplica,
    current,
  );
}
const waiting = (pending: number, inFlight = 0): Counts => ({ pending, inFlight });

describe('the backlog', () => {
  it.each([
    ['rounds up', waiting(251), 1, 6],
    ['counts what is in work', waiting(200, 51), 1, 6],
    ['stays at three for 160', waiting(160), 3, 3],
    ['makes four of 170', waiting(170), 3, 4],
    ['keeps the fewest for nothing', waiting(0), 3, 1],
    ['does not divide by no pods', waiting(500), 0, 10],
  ])('%s', (_, counts, current, replicas) => {
    expect(desired(counts, {}, {}, current).replicas).toBe(replicas);
  });

  it('says when the tolerance decides', () => {
    expect(desired(waiting(160), {}, {}, 3).reason).toBe(
      '160 waiting and 0 in work at 50 a pod ask for 4, within the tolerance of 3.',
    );
  });
});

describe('a longest wait', () => {
  // 10 slots and 30 s for tasks of 2 s: a pod may have 150 of them.
  it('takes the place of the tasks a pod once a service time is measured', () => {
    expect(desired(waiting(900), { serviceSeconds: 2 }, { maxWait: '30s' }, 1).replicas).toBe(6);
    expect(desired(waiting(900), {}, { maxWait: '30s' }, 1).replicas).toBe(18);
  });

  it('asks for no more pods than have a task for every slot', () => {
    expect(desired(waiting(100), { serviceSeconds: 60 }, { maxWait: '1s' }, 1).replicas).toBe(10);
  });

  it('says how long it takes now and should take', () => {
    expect(desired(waiting(900), { serviceSeconds: 2 }, { maxWait: '30s' }, 2)).toMatchObject({
      winner: 'maxWait',
      reason: '900 waiting and 0 in work, which take 90 s and should take 30 s, ask for 6.',
    });
  });

  it('does not count a slow model twice', () => {
    const slow = { serviceSeconds: 6, llmP95Seconds: 6 };
    const { signals: all, winner } = desired(waiting(900), slow, { maxWait: '30s' }, 1);
    expect(winner).toBe('maxWait');
    expect(all.find(({ name }) => name === 'responseTime')).toEqual({
      name: 'responseTime',
      value: 6,
      target: 3,
    });
  });
});

describe('the LLM response time', () => {
  it.each<[string, Counts, WorkerStats, number]>([
    ['asks for twice the pods at twice the time', waiting(500), { llmP95Seconds: 6 }, 20],
    ['asks for nothing at its target', waiting(500), { llmP95Seconds: 3 }, 10],
    ['asks for nothing without work waiting', waiting(0, 500), { llmP95Seconds: 6 }, 10],
    ['asks for nothing at 1 % of 429s', waiting(500), { llmP95Seconds: 6, rate429: 0.01 }, 10],
    ['asks below 1 % of 429s', waiting(500), { llmP95Seconds: 6, rate429: 0.009 }, 20],
    ['asks for no more than a task for every slot', waiting(500), { llmP95Seconds: 30 }, 50],
  ])('%s', (_, counts, workers, replicas) => {
    expect(desired(counts, workers, {}, 1).replicas).toBe(replicas);
  });

  it('does not grow with the pods that it brought', () => {
    const slow = { llmP95Seconds: 6 };
    expect(desired(waiting(500), slow, {}, 20).replicas).toBe(20);
  });

  it('wins with a sentence of its own', () => {
    expect(desired(waiting(400, 100), { llmP95Seconds: 4.5 }, {}, 1)).toMatchObject({
      winner: 'responseTime',
      demand: 750,
      reason: '400 waiting and 100 in work with LLM responses of 4.5 s instead of 3 s ask for 15.',
    });
  });
});

describe('CPU', () => {
  const autoscaler = (averageUtilization: number) => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'x' },
    status: { currentMetrics: [{ resource: { name: 'cpu', current: { averageUtilization } } }] },
  });

  it.each([
    [77, 10],
    [78, 12],
    [0, 0],
  ])('of %s %% is told with the pods that it asks for', (value, asksFor) => {
    expect(cpuSignal(autoscaler(value), 70, 10)).toEqual([{ name: 'cpu', value, target: 70, asksFor }]);
  });

  it('may win, and is not part of what the autoscaler is served', () => {
    const answer = desired(waiting(100), {}, {}, 4, cpuSignal(autoscaler(140), 70, 4));
    expect(answer).toMatchObject({ winner: 'cpu', replicas: 8, demand: 100 });
    expect(answer.reason).toBe('140 % CPU instead of 70 % ask for 8.');
  });

  it('is absent where it is off or was not read', () => {
    expect(cpuSignal(autoscaler(50), 0, 3)).toEqual([]);
    expect(cpuSignal(undefined, 70, 3)).toEqual([]);
  });
});
