import { describe, expect, it } from '@jest/globals';
import type { PoolStatus } from '../../../crds/src/pool.ts';
import { foreign, healthy, observation, pool } from './fixtures.ts';
import type { ContainerStatus, Pod } from './objects.ts';
import type { Observation } from './observation.ts';
import { plan } from './plan.ts';
import { changedConditions, newsworthy, nextStatus, writeDecision } from './status.ts';

const NOW = '2026-01-01T00:01:00Z';
const statusOf = (seen: Observation, now = NOW) => nextStatus(seen, plan(seen), now);
const condition = (seen: Observation, type: string) =>
  statusOf(seen).conditions?.find((item) => item.type === type);

const pod = (status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status,
});
const container = (status: Partial<ContainerStatus>) =>
  pod({ containerStatuses: [{ name: 'worker', ...status }] });

describe('Ready', () => {
  it('is true when everything else holds', () => {
    expect(condition(healthy(), 'Ready')).toMatchObject({
      status: 'True',
      reason: 'Ready',
      observedGeneration: 3,
    });
  });

  it.each<[string, Observation]>([
    ['InvalidSpec', observation({ pool: pool({}) })],
    ['NameConflict', observation({ live: { serviceAccount: foreign('ServiceAccount', 'refunds') } })],
    ['SecretNotFound', observation({ secrets: {} })],
    ['CountFailed', healthy({ backlog: { known: false, reason: 'x' } })],
    ['NotAskedYet', healthy({ backlog: { known: false } })],
    [
      'Unschedulable',
      {
        ...healthy(),
        pods: [pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] })],
      },
    ],
    ['ForeignMetricsProvider', healthy({ metricsApi: { state: 'foreign', servedBy: 'keda' } })],
  ])('is false with the cause %s', (reason, seen) => {
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'False', reason });
  });

  it('names every problem of an invalid spec with its field', () => {
    const message = condition(
      observation({ pool: pool({ engine: { urls: [] }, llm: {} }) }),
      'Ready',
    )?.message;
    expect(message).toContain('spec.engine.urls');
    expect(message).toContain('spec.llm.credentials');
  });
});

describe('CredentialsReady', () => {
  it('prints the Role to add when the operator may not read', () => {
    const seen = observation({ secrets: { openai: { state: 'forbidden' } } });
    expect(condition(seen, 'CredentialsReady')).toMatchObject({
      reason: 'SecretForbidden',
      message: expect.stringMatching(
        /spec\.llm\.credentials\[0\].*"kind":"Role".*"resourceNames":\["openai"\]/,
      ),
    });
  });

  it('never holds a value', () => {
    expect(JSON.stringify(statusOf(healthy()))).not.toContain('a2V5');
  });
});

describe('WorkersAvailable', () => {
  it.each<[string, string, Pod]>([
    [
      'an image that cannot be pulled',
      'ImageUnavailable',
      container({ state: { waiting: { reason: 'ImagePullBackOff' } } }),
    ],
    [
      'a container that cannot be made',
      'ContainerConfig',
      container({ state: { waiting: { reason: 'CreateContainerConfigError' } } }),
    ],
    [
      'a first crash, before the back-off',
      'CrashLoop',
      container({ state: { terminated: { exitCode: 1 } } }),
    ],
    [
      'a crash loop',
      'CrashLoop',
      container({
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137 } },
      }),
    ],
  ])('tells of %s', (_, reason, broken) => {
    expect(condition({ ...healthy(), pods: [broken] }, 'WorkersAvailable')).toMatchObject({
      status: 'False',
      reason,
    });
  });

  it('says nothing of a container that is ready again after a restart', () => {
    const recovered = container({ ready: true, restartCount: 1, lastState: { terminated: { exitCode: 1 } } });
    expect(condition({ ...healthy(), pods: [recovered] }, 'WorkersAvailable')?.status).toBe('True');
  });

  it.each([
    ['pods of an old template', { updatedReplicas: 1 }, 'RollingOut'],
    ['a template that was not looked at yet', { observedGeneration: 0 }, 'RollingOut'],
    ['fewer than the fewest', { availableReplicas: 2 }, 'NotEnoughReady'],
  ])('is false for %s', (_, change, reason) => {
    const seen = healthy();
    Object.assign(seen.live.deployment?.status ?? {}, change);
    expect(condition(seen, 'WorkersAvailable')).toMatchObject({ status: 'False', reason });
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
    expect(writeDecision(before, after, since)).toEqual(decision);
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

  it('leaves out what is unknown instead of saying 0', () => {
    const status = statusOf(healthy({ backlog: { known: false, reason: 'x' } }));
    expect(status).not.toHaveProperty('pendingTasks');
    expect(status).not.toHaveProperty('desiredReplicas');
  });
});
