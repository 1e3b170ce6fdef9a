import { describe, expect, it } from '@jest/globals';
import { DIRECTIVES_ANNOTATION } from '../../../crds/src/directives.ts';
import { type PoolSpec, parsePoolSpec } from '../../../crds/src/pool.ts';
import { type DirectivesInput, directivesOf, podDirectives } from './directives.ts';
import { healthy, minimalSpec, NOW, pool } from './fixtures.ts';
import type { Pod } from './objects.ts';
import { plan } from './plan.ts';

function specOf(llm: object): PoolSpec {
  const parsed = parsePoolSpec({ ...minimalSpec, llm: { ...minimalSpec.llm, ...llm } });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.spec;
}
const QUOTAS = { quotas: [{ requestsPerMinute: 500 }] };
const MANUAL = { budget: { perDayUSD: 1, whenSpent: 'Manual' } };

const pod = (name: string, phase = 'Running', more: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...more },
  status: { phase },
});
const told = (name: string, sharing: number): Pod =>
  pod(name, 'Running', {
    annotations: { [DIRECTIVES_ANNOTATION]: JSON.stringify({ podsSharingQuota: sharing }) },
  });
const LEAVING = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const SPENT: NonNullable<DirectivesInput['budget']> = {
  action: 'Manual',
  until: Date.parse('2026-01-02T00:00:00Z'),
  because: 'spent',
};

describe('the workers of a pool', () => {
  const input: DirectivesInput = { replicas: 2, starting: true, budget: undefined };
  it.each<[string, object, Pod[], Partial<DirectivesInput>, object | undefined]>([
    ['are told nothing where nothing is shared', {}, [pod('a')], {}, undefined],
    ['nor for a budget that holds the pool itself', { budget: { perDayUSD: 1 } }, [pod('a')], {}, undefined],
    ['share the quotas of those that run', QUOTAS, [pod('a'), pod('b')], {}, { podsSharingQuota: 2 }],
    [
      'leave a new pod its share before it starts',
      QUOTAS,
      [pod('a')],
      { replicas: 5 },
      { podsSharingQuota: 5 },
    ],
    [
      'leave nothing to pods that do not start',
      QUOTAS,
      [pod('a'), pod('b', 'Pending')],
      { replicas: 5, starting: false },
      { podsSharingQuota: 1 },
    ],
    [
      'share with those that are still there on the way down',
      QUOTAS,
      [pod('a'), pod('b'), pod('c')],
      { replicas: 1 },
      { podsSharingQuota: 3 },
    ],
    [
      'but not with those that only finish what they hold',
      QUOTAS,
      [pod('a'), pod('b', 'Running', LEAVING), pod('c', 'Failed')],
      { replicas: 1 },
      { podsSharingQuota: 1 },
    ],
    ['are at least one', QUOTAS, [], { replicas: 0 }, { podsSharingQuota: 1 }],
    [
      'are told of a budget while there is money, too',
      MANUAL,
      [pod('a')],
      { replicas: 1 },
      { podsSharingQuota: 1 },
    ],
    [
      'are told until when the budget is spent',
      MANUAL,
      [pod('a')],
      { replicas: 1, budget: SPENT },
      { podsSharingQuota: 1, budgetSpentUntil: '2026-01-02T00:00:00.000Z' },
    ],
    [
      'are not told of one that holds the pool',
      { ...QUOTAS, budget: { perDayUSD: 1 } },
      [pod('a')],
      { replicas: 1, budget: { ...SPENT, action: 'Hold' } },
      { podsSharingQuota: 1 },
    ],
  ])('%s', (_, llm, pods, change, expected) => {
    expect(directivesOf(specOf(llm), pods, { ...input, ...change })).toEqual(expected);
  });
});

describe('what a pod is told', () => {
  const two = { podsSharingQuota: 2 };
  it('is written where it differs from what the pod has', () => {
    const { changes } = podDirectives([told('a', 2), told('b', 1), pod('c', 'Pending')], two);
    expect(changes).toEqual([
      { pod: 'b', text: '{"podsSharingQuota":2}' },
      { pod: 'c', text: '{"podsSharingQuota":2}' },
    ]);
  });

  it('is not written to pods on their way out, nor for pools that need it no more', () => {
    expect(podDirectives([pod('a', 'Running', LEAVING)], two).changes).toEqual([]);
    expect(podDirectives([told('a', 1)], undefined).changes).toEqual([]);
  });

  it('is written once: the local copy of the pods may not have it yet at the next look', () => {
    const first = podDirectives([told('a', 1)], two);
    expect(podDirectives([told('a', 1)], two, first.unseen).changes).toEqual([]);
    expect(podDirectives([told('a', 1)], { podsSharingQuota: 3 }, first.unseen).changes).toHaveLength(1);
    const seen = podDirectives([told('a', 2)], two, first.unseen);
    expect(seen).toEqual({ changes: [], unseen: {} });
    expect(podDirectives([told('a', 9)], two, seen.unseen).changes).toHaveLength(1);
  });
});

describe('the plan', () => {
  const quotas = pool({
    ...minimalSpec,
    llm: { ...minimalSpec.llm, quotas: [{ requestsPerMinute: 50_000 }] },
  });
  it('lets the old pods make room for new ones in the same breath', () => {
    const seen = { ...healthy({ pool: quotas }), pods: [told('a', 3)] };
    const steps = plan({
      ...seen,
      backlog: { known: true, pending: 500, inFlight: 0, at: '2026-01-01T00:00:00Z' },
    }).steps;
    expect(steps).toEqual([
      { action: 'scale', name: 'refunds', namespace: 'airline', replicas: 10 },
      { action: 'directives', name: 'a', namespace: 'airline', text: '{"podsSharingQuota":10}' },
    ]);
  });

  it('writes nothing where all pods know it', () => {
    const seen = { ...healthy({ pool: quotas }), pods: ['a', 'b', 'c'].map((name) => told(name, 3)) };
    expect(plan(seen).steps).toEqual([]);
  });
});

describe('a budget with whenSpent Manual', () => {
  const manual = pool({
    ...minimalSpec,
    llm: { ...minimalSpec.llm, budget: { perDayUSD: 12, whenSpent: 'Manual', timeZone: 'Europe/Berlin' } },
  });
  const flood = { known: true, pending: 500, inFlight: 0, at: '2026-01-01T00:00:00Z' } as const;
  const spent = { spentUSD: { hour: 1, day: 12.5 } };
  const { steps, scaling } = plan({
    ...healthy({ pool: manual }),
    backlog: flood,
    workers: spent,
    pods: [told('a', 3)],
    now: NOW,
  });

  it('neither holds nor stops the pool', () => {
    expect(scaling?.scaleTo).toBe(10);
    expect(scaling?.limits.ceiling.name).toBe('maxReplicas');
    expect(scaling?.zero).toBeUndefined();
  });

  it('tells the pods until when, and people why', () => {
    expect(steps.at(-1)).toMatchObject({
      action: 'directives',
      text: '{"podsSharingQuota":10,"budgetSpentUntil":"2026-01-01T23:00:00.000Z"}',
    });
    expect(scaling?.reason).toMatch(/Tasks go to MANUAL: \$12\.50 of \$12 of this day are spent\.$/);
  });
});
