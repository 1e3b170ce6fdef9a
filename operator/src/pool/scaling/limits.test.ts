import { describe, expect, it } from '@jest/globals';
import { type PoolSpec, parsePoolSpec } from '../../../../crds/src/pool.ts';
import { minimalSpec } from '../fixtures.ts';
import { spentBudget } from './budget.ts';
import { limits, type Restraints } from './limits.ts';
import { scalingMode } from './mode.ts';
import { meetingPoints, overlap, type PoolClaim } from './overlap.ts';
import { pause } from './pause.ts';
import { quotaCeiling } from './quota.ts';

function specOf(llm: object = {}): PoolSpec {
  const parsed = parsePoolSpec({ ...minimalSpec, llm: { ...minimalSpec.llm, ...llm } });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.spec;
}

describe('the limits', () => {
  const scaling = { ...specOf().scaling, minReplicas: 3, maxReplicas: 20 };
  const at = (running: number, change: Partial<Restraints> = {}) => {
    const { floor, ceiling } = limits(
      scaling,
      {
        fewest: { replicas: 3, because: '' },
        pause: { in: false, out: false },
        overlap: { younger: [] },
        ...change,
      },
      running,
    );
    return [floor.name, floor.replicas, ceiling.name, ceiling.replicas];
  };
  const budget = { because: 'spent' };

  it.each<[string, number, Partial<Restraints>, ReturnType<typeof at>]>([
    ['are the pool’s own', 5, {}, ['minReplicas', 3, 'maxReplicas', 20]],
    ['do not allow more than the quota feeds', 5, { quotaCeiling: 8 }, ['minReplicas', 3, 'quota', 8]],
    ['take no pod for the quota', 12, { quotaCeiling: 8 }, ['minReplicas', 3, 'quota', 12]],
    ['keep the fewest whatever the quota', 1, { quotaCeiling: 2 }, ['minReplicas', 3, 'quota', 3]],
    ['stop at what runs when the budget is spent', 7, { budget }, ['minReplicas', 3, 'budget', 7]],
    ['stop when pods do not start', 7, { podProblem: 'CrashLoop' }, ['minReplicas', 3, 'podProblem', 7]],
    ['name the lowest of several', 7, { budget, quotaCeiling: 9 }, ['minReplicas', 3, 'budget', 7]],
    ['name what a person can change first', 20, { budget }, ['minReplicas', 3, 'maxReplicas', 20]],
    ['bring pods by hand back to the most', 30, { budget }, ['minReplicas', 3, 'maxReplicas', 20]],
    ['hold both ways when paused', 7, { pause: { in: true, out: true } }, ['pause', 7, 'pause', 7]],
    [
      'hold pods by hand above the most',
      30,
      { pause: { in: true, out: false } },
      ['pause', 30, 'maxReplicas', 30],
    ],
    [
      'do not raise to the fewest when paused',
      1,
      { pause: { in: false, out: true } },
      ['minReplicas', 1, 'pause', 1],
    ],
    ['hold for an older pool', 7, { overlap: { older: 'a/b', younger: [] } }, ['overlap', 7, 'overlap', 7]],
  ])('%s', (_, running, change, expected) => {
    expect(at(running, change)).toEqual(expected);
  });
});

describe('the quota', () => {
  const keys = (...groups: string[]) =>
    groups.map((quotaGroup, index) => ({ secretRef: { name: `key-${index}` }, quotaGroup }));
  const quotas = (...items: object[]) => specOf({ credentials: keys('default'), quotas: items });

  // 10 calls a second of 2 s are 20 open calls: two pods of ten.
  it.each<[string, PoolSpec, object, number | undefined]>([
    ['feeds by requests', quotas({ requestsPerMinute: 600 }), { llmMeanSeconds: 2 }, 2],
    ['rounds the last pod up', quotas({ requestsPerMinute: 601 }), { llmMeanSeconds: 2 }, 3],
    ['feeds at least one', quotas({ requestsPerMinute: 1 }), { llmMeanSeconds: 0.1 }, 1],
    [
      'feeds by tokens where they are scarcer',
      quotas({ requestsPerMinute: 6_000, tokensPerMinute: 60_000 }),
      { llmMeanSeconds: 2, tokensPerCall: 100 },
      2,
    ],
    [
      'is not judged by tokens that were not measured',
      quotas({ tokensPerMinute: 60_000 }),
      { llmMeanSeconds: 2 },
      undefined,
    ],
    ['is not judged before a call was measured', quotas({ requestsPerMinute: 600 }), {}, undefined],
    [
      'adds the groups up',
      specOf({
        credentials: keys('a', 'b', 'a'),
        quotas: [
          { group: 'a', requestsPerMinute: 600 },
          { group: 'b', requestsPerMinute: 300 },
        ],
      }),
      { llmMeanSeconds: 2 },
      3,
    ],
    [
      'has no end where one group has none',
      specOf({ credentials: keys('a', 'b'), quotas: [{ group: 'a', requestsPerMinute: 600 }] }),
      { llmMeanSeconds: 2 },
      undefined,
    ],
  ])('%s', (_, spec, workers, ceiling) => {
    expect(quotaCeiling(spec, workers, undefined)).toBe(ceiling);
  });

  it('does not follow every wobble of the measured time', () => {
    const spec = quotas({ requestsPerMinute: 6_000 });
    expect(quotaCeiling(spec, { llmMeanSeconds: 2.2 }, 20)).toBe(20);
    expect(quotaCeiling(spec, { llmMeanSeconds: 2.3 }, 20)).toBe(23);
  });
});

describe('the budget', () => {
  const llm = (budget: object) => specOf({ budget }).llm;
  const now = Date.parse('2026-01-01T10:30:00Z');
  const spent = { spentUSD: { hour: 2, day: 9.999 } };
  it('is spent when an hour or a day is, and says which', () => {
    expect(spentBudget(llm({ perHourUSD: 2.01, perDayUSD: 10 }), spent, now)).toBeUndefined();
    expect(spentBudget(llm({ perHourUSD: 2 }), spent, now)).toEqual({
      // The hour ends with UTC's, whatever the zone.
      action: 'Hold',
      until: now + 30 * 60_000,
      because: '$2.00 of $2 of this hour are spent',
    });
  });

  it.each([
    ['UTC', 13.5],
    ['Europe/Berlin', 12.5],
    ['America/New_York', 18.5],
    ['Asia/Kolkata', 8],
  ])('of a day in %s is there again after %d hours, also where the hour is spent too', (timeZone, hours) => {
    const budget = llm({ perHourUSD: 1, perDayUSD: 9, timeZone, whenSpent: 'Manual' });
    expect(spentBudget(budget, spent, now)).toMatchObject({
      action: 'Manual',
      until: now + hours * 3_600_000,
    });
  });

  it('has no day in a time zone that does not exist', () => {
    expect(() => llm({ perDayUSD: 1, timeZone: 'Mars/Olympus' })).toThrow(
      /timeZone.*not the name of a time zone/,
    );
  });

  it('is not spent while the cost is unknown', () => {
    expect(spentBudget(llm({ perHourUSD: 2 }), {}, now)).toBeUndefined();
  });
});

describe('a pause', () => {
  const { scaling } = specOf();
  it.each<[PoolSpec['scaling']['pause'], Record<string, string>, boolean, boolean]>([
    [undefined, {}, false, false],
    ['All', {}, true, true],
    ['ScaleIn', {}, true, false],
    ['ScaleOut', {}, false, true],
    [undefined, { 'farerules.dev/paused': 'true' }, true, true],
    [undefined, { 'farerules.dev/paused': 'false' }, false, false],
    ['ScaleIn', { 'farerules.dev/paused-scale-out': 'true' }, true, true],
    [undefined, { 'farerules.dev/paused-scale-in': 'true' }, true, false],
  ])('by spec %s and annotations %j', (direction, annotations, scaleIn, out) => {
    expect(pause({ ...scaling, pause: direction }, annotations)).toEqual({ in: scaleIn, out });
  });
});

describe('overlapping pools', () => {
  const claim = (name: string, createdAt: string, engine: Partial<PoolClaim['engine']> = {}): PoolClaim => ({
    namespace: 'airline',
    name,
    createdAt,
    engine: { urls: ['http://engine:8080/engine-rest'], topic: 'fares', ...engine },
  });
  const ours = claim('ours', '2026-01-02T00:00:00Z');

  it.each<[string, Partial<PoolClaim['engine']>, boolean]>([
    ['the same engine and topic', {}, true],
    ['the same engine written otherwise', { urls: ['http://ENGINE:8080/engine-rest/'] }, true],
    ['one node in common', { urls: ['http://b/x', 'http://engine:8080/engine-rest'] }, true],
    ['another engine', { urls: ['http://other:8080/engine-rest'] }, false],
    ['another path', { urls: ['http://engine:8080/Engine-rest'] }, false],
    ['another topic', { topic: 'refunds' }, false],
    ['a filter where the other has none', { tenantIds: ['a'] }, true],
    ['an empty filter, which is none', { tenantIds: [] }, true],
  ])('%s', (_, engine, overlaps) => {
    const older = claim('older', '2026-01-01T00:00:00Z', engine);
    expect(overlap(ours, [ours, older])).toEqual(
      overlaps ? { older: 'airline/older', younger: [] } : { younger: [] },
    );
    expect(overlap(older, [ours, older]).younger).toEqual(overlaps ? ['airline/ours'] : []);
  });

  it.each([
    [
      'not, for a Service of the same name in another namespace',
      'http://engine:8080/engine-rest',
      'rail',
      false,
    ],
    ['when one has the full name', 'http://engine.airline.svc:8080/engine-rest', 'airline', true],
    [
      'when one of another namespace has the full name',
      'http://engine.airline.svc:8080/engine-rest',
      'rail',
      true,
    ],
  ])('have the same engine %s', (_, url, namespace, overlaps) => {
    const other = { ...claim('other', '2026-01-01T00:00:00Z', { urls: [url] }), namespace };
    expect(overlap(ours, [other]).older).toBe(overlaps ? `${namespace}/other` : undefined);
    const shared = meetingPoints(ours).filter((point) => meetingPoints(other).includes(point));
    expect(shared.length > 0).toBe(overlaps);
  });

  it('may share an engine and a topic with filters that never meet', () => {
    const ofTenant = (name: string, tenantIds: string[]) =>
      claim(name, '2026-01-01T00:00:00Z', { tenantIds });
    expect(overlap(ofTenant('a', ['x']), [ofTenant('b', ['y'])])).toEqual({ younger: [] });
    expect(overlap(ofTenant('a', ['x', 'y']), [ofTenant('b', ['y'])])).toEqual({ younger: ['airline/b'] });
  });

  it.each<[string, string[], Partial<PoolClaim>, boolean]>([
    ['believed while the engine has not been asked', [], {}, true],
    ['not, where the engine refuses it', ['http://e.airline.svc/x'], {}, false],
    [
      'not, where only an engine of its own answers it',
      ['http://e.airline.svc/x'],
      { engine: { topic: 'fares', urls: ['http://mine.rail.svc/x', 'http://e.airline.svc/x'] } },
      false,
    ],
    [
      'believed, where one node that both name answers it',
      ['http://down.rail.svc/x'],
      { engine: { topic: 'fares', urls: ['http://down.rail.svc/x', 'http://e.airline.svc/x/'] } },
      true,
    ],
    [
      'believed all the same in our own namespace',
      ['http://e.airline.svc/x'],
      { namespace: 'airline' },
      true,
    ],
  ])('of another namespace that is older is %s', (_, unproven, more, believed) => {
    const urls = ['http://e.airline.svc/x'];
    const mine = claim('mine', '2026-01-02T00:00:00Z', { urls });
    const theirs = {
      ...claim('theirs', '2026-01-01T00:00:00Z', { urls }),
      namespace: 'rail',
      unproven,
      ...more,
    };
    expect(overlap(mine, [theirs]).older !== undefined).toBe(believed);
    // The other side comes to the same.
    expect(overlap(theirs, [mine]).younger).toEqual(believed ? ['airline/mine'] : []);
  });

  it('hold for the oldest that is believed', () => {
    const urls = ['http://e.airline.svc/x'];
    const foreign = (name: string, unproven: string[]) => ({
      ...claim(name, '2026-01-01T00:00:00Z', { urls }),
      namespace: 'rail',
      unproven,
    });
    const all = [foreign('a', urls), foreign('b', []), claim('ours', '2026-01-02T00:00:00Z', { urls })];
    expect(all.map((pool) => overlap(pool, all))).toEqual([
      // Beside it in its own namespace.
      { younger: ['rail/b'] },
      { older: 'rail/a', younger: ['airline/ours'] },
      { older: 'rail/b', younger: [] },
    ]);
  });

  it('of the same second go by name, and all know the same order', () => {
    const all = ['c', 'a', 'b'].map((name) => claim(name, '2026-01-01T00:00:00Z'));
    const answers = all.map((pool) => overlap(pool, all));
    expect(answers).toEqual([
      { older: 'airline/a', younger: [] },
      { younger: ['airline/b', 'airline/c'] },
      { older: 'airline/a', younger: ['airline/c'] },
    ]);
  });
});

describe('who writes the number of pods', () => {
  const foreign = { state: 'foreign', servedBy: 'keda' } as const;
  it.each<[string, Parameters<typeof scalingMode>, string]>([
    ['the autoscaler with our metric', [{ state: 'ours' }, undefined, 'Direct'], 'autoscaler'],
    [
      'the autoscaler while our metric is registered',
      [{ state: 'pending' }, undefined, undefined],
      'autoscaler',
    ],
    ['whoever did, at a start', [{ state: 'pending' }, undefined, 'Direct'], 'direct'],
    ['the operator beside another provider', [foreign, undefined, 'Autoscaler'], 'direct'],
    ['the operator without a metrics API', [{ state: 'off' }, undefined, undefined], 'direct'],
    ['somebody else, where one does', [foreign, 'ScaledObject mine', 'Direct'], 'standBack'],
  ])('%s', (_, seen, kind) => {
    expect(scalingMode(...seen).kind).toBe(kind);
  });
});
