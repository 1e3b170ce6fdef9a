/**
 * The operator and the autoscaler together: random loads, seeded, against the
 * autoscaler's arithmetic at its 15 s. What must hold for every load is a
 * property; what is told in numbers elsewhere is not repeated here.
 */
import { describe, expect, it } from '@jest/globals';
import type { PoolSpecInput } from '../../../../crds/src/pool.ts';
import { parsePoolSpec } from '../../../../crds/src/pool.ts';
import { random } from '../../../../test/support/random.ts';
import { healthy, minimalSpec, NOW, pool } from '../fixtures.ts';
import type { Deployment } from '../objects.ts';
import type { Backlog, Observation } from '../observation.ts';
import { decideScaling, type ScalingDecision } from './decide.ts';
import { type HpaState, NEW_HPA, syncHpa } from './hpa.ts';
import { type MetricReading, milli } from './hpaMetrics.ts';
import type { ScalingMemory } from './memory.ts';

type Writer = 'operator' | 'autoscaler';
interface Write {
  at: number;
  by: Writer;
  from: number;
  to: number;
}

/** Steps of time, and how long pods take to appear in the status. */
const LOOK_MS = 500;
const STATUS_LAG_MS = 1_000;

interface Run {
  writes: Write[];
  decisions: ScalingDecision[];
  replicas: number;
}

/** @param tasksAt undefined while the engine does not answer */
function run(
  scaling: PoolSpecInput['scaling'],
  seconds: number,
  tasksAt: (ms: number) => number | undefined,
  start = 3,
  phase = 0,
): Run {
  const spec = { ...minimalSpec, scaling };
  const parsed = parsePoolSpec(spec);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const base = healthy({ pool: pool(spec) });
  const result: Run = { writes: [], decisions: [], replicas: start };
  const history: { at: number; replicas: number }[] = [{ at: Number.NEGATIVE_INFINITY, replicas: start }];
  let memory: ScalingMemory = {};
  let hpa: HpaState = NEW_HPA;
  let hpaDesired = start;
  let zero: ScalingDecision['zero'];
  const write = (by: Writer, at: number, to: number) => {
    if (to === result.replicas) return;
    result.writes.push({ at, by, from: result.replicas, to });
    result.replicas = to;
    history.push({ at, replicas: to });
  };
  for (let at = 0; at < seconds * 1_000; at += LOOK_MS) {
    const status = history.findLast((entry) => entry.at <= at - STATUS_LAG_MS)?.replicas ?? start;
    const tasks = tasksAt(at);
    const backlog: Backlog =
      tasks === undefined
        ? { known: false, reason: 'no answer' }
        : { known: true, pending: tasks, inFlight: 0, at: '2026-01-01T00:00:00Z' };
    const seen = observed(base, result.replicas, status, hpaDesired, zero);
    const decision = decideScaling({ ...seen, backlog, memory, now: NOW + at }, parsed.spec);
    result.decisions.push(decision);
    ({ memory, zero } = decision);
    if (decision.scaleTo !== undefined) write('operator', at, decision.scaleTo);
    if ((at - phase) % 15_000 !== 0) continue;
    const reading: MetricReading =
      decision.served === undefined
        ? { kind: 'failed' }
        : {
            kind: 'external',
            targetMilli: parsed.spec.scaling.tasksPerReplica * 1_000,
            valuesMilli: [milli(decision.served)],
          };
    const scale = { specReplicas: result.replicas, statusReplicas: status };
    const sync = syncHpa(decision.hpa, scale, [reading], hpa, at);
    hpa = sync.state;
    hpaDesired = sync.desired ?? hpaDesired;
    if (sync.rescales && sync.desired !== undefined) write('autoscaler', at, sync.desired);
  }
  return result;
}

function observed(
  base: Observation,
  replicas: number,
  status: number,
  desiredReplicas: number,
  zero: ScalingDecision['zero'],
): Observation {
  const { deployment, autoscaler } = base.live;
  if (!deployment || !autoscaler) throw new Error('a healthy pool has both');
  const running: Deployment = {
    ...deployment,
    spec: { replicas },
    status: { observedGeneration: 1, replicas: status, updatedReplicas: status },
  };
  const before = { ...(zero && { scaling: { mode: 'Autoscaler' as const, ceiling: 20, zero } }) };
  return {
    ...base,
    pool: { ...base.pool, status: before },
    live: { ...base.live, deployment: running, autoscaler: { ...autoscaler, status: { desiredReplicas } } },
  };
}

/** A sawtooth with noise and bursts that are shorter than the autoscaler's period. */
function load(seed: number): (ms: number) => number {
  const next = random(seed);
  const period = 30_000 + next() * 200_000;
  const height = 100 + next() * 1_500;
  const bursts = Array.from({ length: 8 }, () => ({
    from: next() * 600_000,
    ms: 500 + next() * 20_000,
    tasks: next() * 2_000,
  }));
  return (ms) => {
    const burst = bursts.find(({ from, ms: length }) => ms >= from && ms < from + length)?.tasks ?? 0;
    const wobble = 0.9 + 0.2 * next();
    return Math.round((((ms % period) / period) * height + burst) * wobble);
  };
}

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);
const limits = { minReplicas: 2, maxReplicas: 20 };

describe('the operator ahead of the autoscaler, under any load', () => {
  it.each(SEEDS)(
    'load %i: the operator only goes up, within the limits, and neither takes back a step',
    (seed) => {
      const { writes } = run(limits, 480, load(seed), 3, (seed % 30) * LOOK_MS);
      expect(writes.some(({ by }) => by === 'operator')).toBe(true);
      for (const { by, from, to } of writes) {
        expect(to).toBeGreaterThanOrEqual(limits.minReplicas);
        expect(to).toBeLessThanOrEqual(limits.maxReplicas);
        if (by === 'operator') expect(to).toBeGreaterThan(from);
      }
      const undone = writes.filter((down) =>
        writes.some(
          (up) => up.to > up.from && down.to < down.from && down.at > up.at && down.at - up.at < 60_000,
        ),
      );
      expect(undone).toEqual([]);
    },
  );

  it.each(SEEDS.slice(0, 10))(
    'load %i: comes to the right number and stays when the load is steady',
    (seed) => {
      const steady = Math.round(random(seed)() * 1_200);
      const shaky = load(seed);
      const { replicas, writes } = run(limits, 1_100, (ms) => (ms < 300_000 ? shaky(ms) : steady));
      const exact = Math.min(Math.max(Math.ceil(steady / 50), 2), 20);
      const within = Math.abs(steady / (50 * replicas) - 1) <= 0.1 + 1e-9;
      expect(replicas === exact || within).toBe(true);
      expect(writes.filter(({ at }) => at > 1_000_000)).toEqual([]);
    },
  );
});

describe('a burst', () => {
  const jump = (ms: number) => (ms >= 20_000 ? 1_000 : 100);
  it('is answered at the first look, and the autoscaler agrees', () => {
    const { writes } = run(limits, 60, jump, 2);
    expect(writes).toEqual([{ at: 20_000, by: 'operator', from: 2, to: 20 }]);
  });

  it('that is over before the autoscaler looks is still known to it', () => {
    const short = (ms: number) => (ms >= 16_000 && ms < 18_000 ? 1_000 : 100);
    const { writes } = run({ ...limits, scaleDownStabilization: '120s' }, 400, short, 2);
    expect(writes[0]).toEqual({ at: 16_000, by: 'operator', from: 2, to: 20 });
    expect(writes[1]).toMatchObject({ by: 'autoscaler', to: 2 });
    expect((writes[1]?.at ?? 0) - 30_000).toBeGreaterThanOrEqual(120_000);
  });
});

describe('an engine that does not answer', () => {
  const outage = (ms: number) => (ms < 10_000 ? 500 : undefined);
  it('changes nothing', () => {
    expect(run(limits, 900, outage, 10).writes).toEqual([]);
  });

  it('leads to the fallback once, also from zero', () => {
    const scaling = { minReplicas: 0, idle: { after: '30s' }, fallback: { replicas: 4, after: '60s' } };
    const blind = (ms: number) => (ms < 60_000 ? 0 : undefined);
    const { writes, decisions } = run(scaling, 400, blind, 1);
    expect(writes).toEqual([
      { at: 30_000, by: 'operator', from: 1, to: 0 },
      { at: 120_000, by: 'operator', from: 0, to: 4 },
    ]);
    expect(decisions.at(-1)?.reason).toBe(
      'Fell back to 4 pods: for more than 60 s the backlog is unknown (no answer).',
    );
  });
});

describe('a pool that may be at zero', () => {
  const scaling = { minReplicas: 0, idle: { after: '60s' } };
  it('goes there when idle and comes back in one step', () => {
    const { writes, decisions } = run(scaling, 300, (ms) => (ms < 200_000 ? 0 : 730), 2);
    expect(writes).toEqual([
      { at: 60_000, by: 'operator', from: 2, to: 0 },
      { at: 200_000, by: 'operator', from: 0, to: 15 },
    ]);
    expect(decisions[200]?.reason).toBe('At zero: there is no work; the next task wakes the pool.');
  });

  it('has an autoscaler with a minimum of 1 all the time', () => {
    const { decisions } = run(scaling, 120, () => 0, 2);
    expect(new Set(decisions.map(({ hpa }) => hpa.minReplicas))).toEqual(new Set([1]));
  });

  it('says when to look again, as no event comes', () => {
    const { decisions } = run(scaling, 20, () => 0, 2);
    expect(decisions[0]?.lookAgainInMs).toBe(60_000);
    expect(decisions[30]?.lookAgainInMs).toBe(45_000);
  });
});

describe('a paused pool', () => {
  it.each(['All', 'ScaleOut'] as const)('with %s keeps what a person took away', (pause) => {
    const spec = { ...minimalSpec, scaling: { ...limits, pause } };
    const parsed = parsePoolSpec(spec);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    // Scaled from 5 to 3 by hand a moment ago: all five are still counted.
    const seen = observed(healthy({ pool: pool(spec) }), 3, 5, 5, undefined);
    const backlog: Backlog = { known: true, pending: 240, inFlight: 0, at: '2026-01-01T00:00:00Z' };
    expect(decideScaling({ ...seen, backlog }, parsed.spec).scaleTo).toBeUndefined();
  });

  it('changes nothing, and both directions of its autoscaler are off', () => {
    const { writes, decisions } = run({ ...limits, pause: 'All' }, 600, load(1), 5);
    expect(writes).toEqual([]);
    expect(decisions[0]?.hpa).toMatchObject({
      behavior: { scaleUp: { selectPolicy: 'Disabled' }, scaleDown: { selectPolicy: 'Disabled' } },
    });
  });

  it('removes no pod when only the removal is paused', () => {
    const { writes } = run({ ...limits, pause: 'ScaleIn', scaleDownStabilization: '0s' }, 600, load(2), 5);
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.filter(({ from, to }) => to < from)).toEqual([]);
  });

  it('adds no pod when only the adding is paused', () => {
    const { writes } = run({ ...limits, pause: 'ScaleOut', scaleDownStabilization: '0s' }, 600, load(3), 15);
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.filter(({ from, to }) => to > from)).toEqual([]);
  });
});
