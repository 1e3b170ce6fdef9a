import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../objects.ts';
import { DELETION_COST, deletionCosts } from './deletionCost.ts';
import { direct } from './direct.ts';
import { type Answers, LEAD_MS, rememberAnswer, stepDownAheadAt } from './downStep.ts';
import { earlyStep } from './earlyStep.ts';
import { type Blindness, fallBack } from './fallback.ts';
import type { HpaSpec } from './hpa.ts';
import { holdPeak, PEAK_HOLD_MS } from './peakHold.ts';
import { type ZeroInput, zero } from './zero.ts';

describe('the early step', () => {
  it.each<[string, number, number, number, number, string | undefined, number | undefined]>([
    ['goes up to what the autoscaler will compute', 3, 3, 18, 18, undefined, 18],
    ['never goes down', 20, 20, 5, 5, undefined, undefined],
    ['is none where the number is right', 18, 3, 18, 18, undefined, undefined],
    ['is none within the tolerance of a status that is ahead', 3, 5, 5, 3, undefined, undefined],
    ['does not wait for the pods of a step down to be gone', 1, 20, 20, 20, undefined, 20],
    ['goes only as far as the demand asks while they are', 1, 20, 20, 19, undefined, 19],
    ['leaves zero alone', 0, 0, 18, 18, undefined, undefined],
    ['waits for a rollout', 3, 3, 18, 18, 'rollout', undefined],
  ])('%s', (_, specReplicas, statusReplicas, wanted, settled, obstacle, step) => {
    expect(earlyStep({ scale: { specReplicas, statusReplicas }, wanted, settled, obstacle })).toBe(step);
  });
});

describe('the peak', () => {
  const wantedFor = (demand: number) => Math.ceil(demand / 50);
  const hold = (before: number | undefined, demand: number | undefined, agreed: number, age: number) =>
    holdPeak(before === undefined ? undefined : { demand: before, at: 0 }, demand, wantedFor, agreed, age);

  it.each<[string, number | undefined, number | undefined, number, number, number | undefined]>([
    ['begins with the first demand', undefined, 900, 3, 0, 900],
    ['stays while the autoscaler has not come to its number', 900, 0, 17, 1_000, 900],
    ['is let go when it has', 900, 0, 18, 1_000, 0],
    ['rises with the demand', 900, 901, 3, 1_000, 901],
    ['ends after its time', 900, 0, 3, PEAK_HOLD_MS, 0],
    ['is not served while the demand is unknown', 900, undefined, 3, 1_000, undefined],
  ])('%s', (_, before, demand, agreed, age, served) => {
    expect(hold(before, demand, agreed, age).served).toBe(served);
  });

  it('survives a moment in which the demand is unknown', () => {
    const { peak } = hold(900, undefined, 3, 1_000);
    expect(holdPeak(peak, 0, wantedFor, 3, 2_000).served).toBe(900);
  });

  it('counts its time from when the demand was last as large', () => {
    const { peak } = hold(900, 900, 3, 50_000);
    expect(holdPeak(peak, 0, wantedFor, 3, 100_000).served).toBe(900);
  });
});

describe('zero', () => {
  const input = (change: Partial<ZeroInput>): ZeroInput => ({
    specReplicas: 1,
    tasks: 0,
    idleAfterMs: 300_000,
    budgetStops: false,
    cause: undefined,
    hold: { in: false, out: false },
    wanted: 7,
    ...change,
  });
  const at0 = { specReplicas: 0, cause: 'Idle' } as const;
  const stopped = { specReplicas: 0, idleAfterMs: undefined, cause: 'BudgetSpent' } as const;

  it.each<[string, Partial<ZeroInput>, number | undefined, number | undefined]>([
    ['waits for the whole idle time', {}, 299_999, undefined],
    ['is reached after it', {}, 300_000, 0],
    ['is not reached with a task', { tasks: 1 }, 300_000, undefined],
    ['is not reached while the backlog is unknown', { tasks: undefined }, 300_000, undefined],
    ['is not for pools that keep a pod', { idleAfterMs: undefined }, 900_000, undefined],
    ['is not reached when removal is paused', { hold: { in: true, out: false } }, 300_000, undefined],
    ['is left in one step to the full number', { ...at0, tasks: 350 }, 0, 7],
    [
      'is left though a person made it, where a pool may be at zero',
      { ...at0, cause: undefined, tasks: 1 },
      0,
      7,
    ],
    ['is kept without work', at0, 900_000, undefined],
    ['is kept while the backlog is unknown', { ...at0, tasks: undefined }, 0, undefined],
    ['is kept when adding is paused', { ...at0, tasks: 9, hold: { in: false, out: true } }, 0, undefined],
    ['is kept where a limit holds it', { ...at0, tasks: 9, wanted: 0 }, 0, undefined],
    [
      'is a pause where a person made it',
      { specReplicas: 0, idleAfterMs: undefined, tasks: 9 },
      0,
      undefined,
    ],
    ['is where a spent budget leads', { tasks: 9, budgetStops: true, idleAfterMs: undefined }, 0, 0],
    ['is kept while the budget is spent', { ...stopped, budgetStops: true, tasks: 9 }, 0, undefined],
    ['ends with the budget’s period, work or not', stopped, 0, 7],
  ])('%s', (_, change, idleFor, scaleTo) => {
    const now = 1_000_000;
    expect(zero(input(change), idleFor === undefined ? undefined : now - idleFor, now).scaleTo).toBe(scaleTo);
  });

  it('counts idleness from the last work that was seen, and anew after a time without sight', () => {
    const first = zero(input({}), undefined, 1_000);
    expect(first.idleSince).toBe(1_000);
    expect(zero(input({}), first.idleSince, 2_000).idleSince).toBe(1_000);
    expect(zero(input({ tasks: undefined }), first.idleSince, 3_000).idleSince).toBeUndefined();
  });

  it('remembers why', () => {
    expect(zero(input({ budgetStops: true }), undefined, 0).cause).toBe('BudgetSpent');
    expect(zero(input(at0), undefined, 0).cause).toBe('Idle');
    expect(zero(input({ ...at0, cause: 'BudgetSpent' }), undefined, 0).cause).toBe('Idle');
    expect(zero(input({ specReplicas: 3, tasks: 5, cause: 'Idle' }), undefined, 0)).toEqual({});
  });
});

describe('the fallback', () => {
  const to9 = { replicas: 9, afterMs: 60_000 };
  const always = () => true;
  const blindFor = (ms: number, fellBack = false): Blindness => ({ since: 1_000_000 - ms, fellBack });
  it.each<[string, boolean, typeof to9 | undefined, Blindness | undefined, number | undefined]>([
    ['is nothing for a known backlog', true, to9, blindFor(90_000), undefined],
    ['holds where the pool names none', false, undefined, blindFor(90_000), undefined],
    ['holds until its time', false, to9, blindFor(59_999), undefined],
    ['comes after its time', false, to9, blindFor(60_000), 9],
    ['comes once', false, to9, blindFor(90_000, true), undefined],
    ['does not come at once', false, to9, undefined, undefined],
  ])('%s', (_, known, fallback, before, scaleTo) => {
    expect(fallBack(known, fallback, always, before, 1_000_000).scaleTo).toBe(scaleTo);
  });

  it('waits while the pool may not scale, and counts anew after a known backlog', () => {
    expect(fallBack(false, to9, () => false, blindFor(90_000), 1_000_000)).toEqual({
      blindness: blindFor(90_000),
    });
    expect(fallBack(true, to9, always, blindFor(90_000), 1_000_000)).toEqual({});
  });
});

describe('a step down ahead', () => {
  const window = 300_000;
  const stepDownAhead = (
    answers: Answers | undefined,
    specReplicas: number,
    windowMs: number,
    now: number,
  ) => {
    const at = stepDownAheadAt(answers, specReplicas, windowMs);
    return at !== undefined && now >= at;
  };
  /** One answer a second. */
  const seen = (answers: number[], windowMs = window) =>
    answers.reduce<Answers | undefined>(
      (memory, replicas, second) => rememberAnswer(memory, replicas, windowMs, second * 1_000),
      undefined,
    );
  const low = (seconds: number) => Array.from({ length: seconds }, () => 3);

  it.each([
    ['is not known after a short look', low(100), false],
    ['is not ahead while the window still holds the peak', [20, ...low(260)], false],
    ['is ahead two syncs before the window lets go', [20, ...low(285)], true],
    ['is not ahead when the number is right', Array.from({ length: 400 }, () => 20), false],
  ])('%s', (_, answers, ahead) => {
    expect(stepDownAhead(seen(answers), 20, window, answers.length * 1_000)).toBe(ahead);
  });

  it('counts an answer until the next one, however long nobody asked', () => {
    const steady = rememberAnswer(seen([20]), 20, window, 1_000);
    const fell = rememberAnswer(steady, 3, window, 400_000);
    expect(stepDownAheadAt(fell, 20, window)).toBe(400_001 + window - LEAD_MS);
  });

  it('is not predicted from a history with a gap', () => {
    const broken = rememberAnswer(seen(low(400)), undefined, window, 400_000);
    expect(stepDownAhead(rememberAnswer(broken, 3, window, 401_000), 20, window, 401_000)).toBe(false);
  });

  it('keeps a few entries only', () => {
    const noise = Array.from({ length: 2_000 }, (_, index) => 1 + ((index * 7_919) % 20));
    expect(seen(noise)?.maxima.length).toBeLessThanOrEqual(20);
  });
});

describe('the cost of a pod', () => {
  const pod = (name: string, cost?: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(cost !== undefined && { annotations: { [DELETION_COST]: cost } }) },
  });
  it('goes by doublings of what is in work, and is written where it differs', () => {
    const pods = [pod('idle'), pod('one'), pod('three'), pod('ten'), pod('same', '3'), pod('was-busy', '4')];
    const inFlight = { idle: 0, one: 1, three: 3, ten: 10, same: 5, 'was-busy': 0 };
    expect(deletionCosts(pods, inFlight, true).changes).toEqual([
      { pod: 'one', cost: 1 },
      { pod: 'three', cost: 2 },
      { pod: 'ten', cost: 4 },
      { pod: 'was-busy', cost: 0 },
    ]);
  });

  it('is not written without a step down ahead, nor for a pod that was not asked or is leaving', () => {
    expect(deletionCosts([pod('a')], { a: 5 }, false).changes).toEqual([]);
    const leaving = { ...pod('b'), metadata: { name: 'b', deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(deletionCosts([pod('a'), leaving], { b: 5 }, true).changes).toEqual([]);
  });

  it('is not written again while the pod is not seen with it, and is when it has changed', () => {
    const { changes, unseen } = deletionCosts([pod('a')], { a: 5 }, true);
    expect(changes).toEqual([{ pod: 'a', cost: 3 }]);
    const again = deletionCosts([pod('a')], { a: 6 }, true, unseen);
    expect(again).toEqual({ changes: [], unseen });
    expect(deletionCosts([pod('a')], { a: 1 }, true, unseen).changes).toEqual([{ pod: 'a', cost: 1 }]);
    const seen = deletionCosts([pod('a', '3')], { a: 6 }, true, unseen);
    expect(seen).toEqual({ changes: [], unseen: {} });
    // Somebody else's change after that is put right.
    expect(deletionCosts([pod('a', '9')], { a: 6 }, true, seen.unseen).changes).toEqual([
      { pod: 'a', cost: 3 },
    ]);
  });
});

describe('direct mode', () => {
  const spec: HpaSpec = {
    minReplicas: 1,
    maxReplicas: 20,
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [{ type: 'Pods', value: 20, periodSeconds: 15 }],
      },
      scaleDown: {
        stabilizationWindowSeconds: 60,
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      },
    },
  };
  /** One look a second; returns the seconds at which the scale was written, with the number. */
  function run(demands: (number | undefined)[]): [number, number][] {
    const writes: [number, number][] = [];
    let replicas = 3;
    let state: Parameters<typeof direct>[4];
    demands.forEach((demand, second) => {
      const wanted = demand === undefined ? replicas : Math.min(Math.ceil(demand / 50), 20);
      const early = wanted > replicas ? wanted : undefined;
      const target = { demandMilli: demand === undefined ? undefined : demand * 1_000, perPodMilli: 50_000 };
      const scale = { specReplicas: replicas, statusReplicas: replicas };
      const answer = direct(spec, scale, target, early, state, second * 1_000);
      state = answer.state;
      if (answer.scaleTo === undefined) return;
      replicas = answer.scaleTo;
      writes.push([second, replicas]);
    });
    return writes;
  }
  const times = (seconds: number, demand: number | undefined) =>
    Array.from({ length: seconds }, () => demand);

  it('goes up within the second and down after the window', () => {
    expect(run([...times(5, 150), ...times(10, 1_000), ...times(120, 50)])).toEqual([
      [5, 20],
      [65, 1],
    ]);
  });

  it('holds while the demand is unknown', () => {
    expect(run([...times(5, 150), ...times(300, undefined)])).toEqual([]);
  });
});
