import { describe, expect, it } from '@jest/globals';
import type { PoolStatus } from '../../../crds/src/pool.ts';
import { healthy, observation, pool } from './fixtures.ts';
import type { Observation } from './observation.ts';
import { plan } from './plan.ts';
import { changedConditions, newsworthy, nextStatus, writeDecision } from './status.ts';

const NOW = '2026-01-01T00:01:00Z';
const statusOf = (seen: Observation, now = NOW) => nextStatus(seen, plan(seen), now);

describe('status.scaling', () => {
  it('holds each signal, the winner and the limit', () => {
    const seen = healthy({ workers: { llmP95Seconds: 4.501 } });
    seen.backlog = { known: true, pending: 430, inFlight: 20, at: '2026-01-01T00:00:00Z' };
    expect(statusOf(seen)).toMatchObject({
      desiredReplicas: 14,
      scaling: {
        mode: 'Autoscaler',
        signals: [
          { name: 'backlog', value: 450, target: 50, asksFor: 9 },
          { name: 'responseTime', value: 4.5, target: 3, asksFor: 14 },
        ],
        winner: 'responseTime',
        ceiling: 20,
      },
    });
    expect(statusOf(seen).scaling).not.toHaveProperty('limit');
  });

  it('has no signals while the backlog is unknown', () => {
    const { scaling } = statusOf(healthy({ backlog: { known: false, reason: 'x' } }));
    expect(scaling).toEqual({ mode: 'Autoscaler', ceiling: 20 });
  });
});

describe('writing the status', () => {
  const base = statusOf(healthy());
  const later = (change: Partial<PoolStatus>): PoolStatus => ({ ...base, ...change });
  const flipped = later({
    conditions: (base.conditions ?? []).map((item) =>
      item.type === 'Ready' ? { ...item, status: 'False', reason: 'CountFailed' } : item,
    ),
  });

  it.each<[string, PoolStatus | undefined, PoolStatus, number, object]>([
    ['writes the first one', undefined, base, Number.POSITIVE_INFINITY, { write: true }],
    ['does not write the same again', base, later({}), 60_000, { write: false }],
    [
      'does not write for a newer count with the same numbers',
      base,
      later({ lastCountTime: '2026-01-01T01:00:00Z' }),
      60_000,
      { write: false },
    ],
    ['writes a changed condition at once', base, flipped, 0, { write: true }],
    [
      'lets changed numbers wait their turn',
      base,
      later({ pendingTasks: 5 }),
      4_000,
      { write: false, retryInMs: 6_000 },
    ],
    [
      'writes changed numbers when it is their turn',
      base,
      later({ pendingTasks: 5 }),
      10_000,
      { write: true },
    ],
    ['writes a new generation at once', base, later({ observedGeneration: 4 }), 0, { write: true }],
  ])('%s', (_, before, after, since, decision) => {
    expect(writeDecision(before, after, since, 60_000, false)).toEqual(decision);
  });

  const blank = observation({ backlog: { known: false } });
  const settling = statusOf(blank);
  it.each<[string, PoolStatus, number, object]>([
    ['waits while it is on its way to its first state', settling, 1_000, { write: false, retryInMs: 4_000 }],
    ['does not wait for ever', settling, 5_000, { write: true }],
    ['does not wait when all is known', base, 1_000, { write: true }],
    ['does not wait for a clock that is an hour behind', settling, -3_600_000, { write: true }],
    ['does not wait when nobody says when it was made', settling, Number.NaN, { write: true }],
    [
      'does not wait to say that a Secret is missing',
      statusOf({ ...blank, secrets: {} }),
      1_000,
      { write: true },
    ],
    [
      'does not wait to say that the spec is invalid',
      statusOf({ ...blank, pool: pool({}) }),
      1_000,
      { write: true },
    ],
  ])('of a new pool %s', (_, after, sinceCreation, decision) => {
    expect(writeDecision(undefined, after, Number.POSITIVE_INFINITY, sinceCreation, false)).toEqual(decision);
  });

  it.each<[string, PoolStatus | undefined, PoolStatus, number, object]>([
    ['lets its good news wait', undefined, base, 6_000, { write: false, retryInMs: 10_000 }],
    ['does not wait for ever', undefined, base, 60_000, { write: true }],
    ['tells at once what is wrong', undefined, statusOf({ ...blank, secrets: {} }), 6_000, { write: true }],
    ['tells what changed', settling, base, 6_000, { write: true }],
  ])('of a new pool among many %s', (_, before, after, sinceCreation, decision) => {
    expect(writeDecision(before, after, 0, sinceCreation, true)).toEqual(decision);
  });

  it('keeps the time of a condition that did not change, and sets it for one that did', () => {
    const seen = healthy();
    const before = statusOf(seen, '2026-01-01T00:00:00Z');
    const broken = {
      ...seen,
      pool: { ...seen.pool, status: before },
      backlog: { known: false, reason: 'x' } as const,
    };
    const after = statusOf(broken, NOW).conditions ?? [];
    expect(after.find(({ type }) => type === 'CredentialsReady')?.lastTransitionTime).toBe(
      '2026-01-01T00:00:00Z',
    );
    expect(after.find(({ type }) => type === 'EngineReachable')?.lastTransitionTime).toBe(NOW);
    expect(changedConditions(before, { ...before, conditions: after }).map(({ type }) => type)).toEqual([
      'Ready',
      'EngineReachable',
    ]);
  });

  it('tells one event for one cause', () => {
    const seen = healthy();
    const after = statusOf({ ...seen, backlog: { known: false, reason: 'x' } });
    expect(newsworthy(statusOf(seen), after).map(({ type }) => type)).toEqual(['EngineReachable']);
    expect(newsworthy(after, statusOf(seen)).map(({ type }) => type)).toEqual(['Ready', 'EngineReachable']);
  });

  it('tells of a new pool what is wrong with it, and otherwise only that it is ready', () => {
    const types = (seen: Observation) => newsworthy(undefined, statusOf(seen)).map(({ type }) => type);
    expect(types(healthy())).toEqual(['Ready']);
    expect(types(healthy({ backlog: { known: false, reason: 'x' } }))).toEqual(['EngineReachable']);
  });

  it('keeps what was spent, also while the spec is invalid', () => {
    const spending = {
      hour: '2026-01-01T10:00:00.000Z',
      hourUSD: 0.5,
      day: '2026-01-01T00:00:00.000Z',
      dayUSD: 2,
      countedUSD: 1,
      countedAt: '2026-01-01T10:20:00.000Z',
    };
    expect(statusOf(healthy()).spending).toBeUndefined();
    expect(statusOf(healthy({ workers: { spending } })).spending).toEqual(spending);
    const invalid = observation({ pool: pool({}), workers: { spending } });
    expect(statusOf(invalid).spending).toEqual(spending);
  });

  it('leaves out what is unknown instead of saying 0', () => {
    const status = statusOf(healthy({ backlog: { known: false, reason: 'x' } }));
    expect(status).not.toHaveProperty('pendingTasks');
    expect(status).not.toHaveProperty('desiredReplicas');
  });
});
