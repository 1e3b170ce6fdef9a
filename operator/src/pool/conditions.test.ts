/** Conditions as a pool's status has them. */
import { describe, expect, it } from '@jest/globals';
import type { PoolStatus } from '../../../crds/src/pool.ts';
import { foreign, healthy, minimalSpec, observation, pool } from './fixtures.ts';
import type { ContainerStatus, Pod } from './objects.ts';
import type { KeyTrouble, Observation } from './observation.ts';
import { plan } from './plan.ts';
import { nextStatus } from './status.ts';

const PAUSED = { 'farerules.dev/paused': 'true' };
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
    ['ForeignScaler', { ...healthy(), foreignScaler: 'ScaledObject mine' }],
    ['Paused', healthy({ pool: pool({ ...minimalSpec, scaling: { pause: 'All' } }) })],
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
  const secrets = { openai: { state: 'forbidden' } } as const;

  it('prints what lets the operator read, with every name filled in', () => {
    const operator = 'system:serviceaccount:operators:frwp';
    expect(condition(observation({ secrets, operator }), 'CredentialsReady')).toMatchObject({
      status: 'False',
      reason: 'SecretForbidden',
      message:
        'spec.llm.credentials[0].secretRef: the operator may not read Secret "openai" in namespace airline; ' +
        'what it can do without goes on. To allow it: ' +
        'kubectl create role refunds-operator-secrets -n airline --verb=list,watch --resource=secrets ' +
        '--resource-name=openai --dry-run=client -o yaml | kubectl apply -f - && ' +
        'kubectl create rolebinding refunds-operator-secrets -n airline --role=refunds-operator-secrets ' +
        '--serviceaccount=operators:frwp --dry-run=client -o yaml | kubectl apply -f -',
    });
  });

  it('says of workers that run without the operator’s reading what it says of others', () => {
    expect(condition(healthy({ secrets }), 'WorkersAvailable')).toMatchObject({ status: 'True' });
    expect(condition(healthy({ secrets }), 'Ready')).toMatchObject({ reason: 'SecretForbidden' });
  });

  const keys = (...keyTroubles: KeyTrouble[]) =>
    condition({ ...healthy(), workers: { keyTroubles } }, 'CredentialsReady');

  it.each<[string, Observation['secrets'], string]>([
    ['before what only the operator may not read', secrets, 'LLMKeyRefused'],
    ['after a Secret that is missing, without which no pod starts', {}, 'SecretNotFound'],
  ])('speaks of a refused key %s', (_, readings, reason) => {
    const workers = { keyTroubles: [{ index: 0, state: 'refused' as const }] };
    expect(condition({ ...healthy(), secrets: readings, workers }, 'CredentialsReady')).toMatchObject({
      reason,
    });
  });

  it('names a key that the workers cannot use by its field, with the remedy', () => {
    expect(keys({ index: 0, state: 'refused' })).toMatchObject({
      status: 'False',
      reason: 'LLMKeyRefused',
      message:
        'spec.llm.credentials[0]: the LLM API does not accept the key "api-key" of Secret "openai": ' +
        'put a valid one there, and the workers use it within about a minute',
    });
    expect(keys({ index: 0, state: 'exhausted' })).toMatchObject({
      reason: 'LLMQuotaExhausted',
      message: expect.stringMatching(
        /^spec\.llm\.credentials\[0\]: the account of quota group "default" has no quota/,
      ),
    });
  });

  it('is true again once all keys can be used, and knows no key that the spec does not', () => {
    expect(keys()).toMatchObject({ status: 'True', reason: 'CredentialsFound' });
    expect(keys({ index: 7, state: 'refused' })).toMatchObject({ status: 'True' });
  });

  it.each([
    ['http://idp.example/token', true],
    ['https://idp.example/token', false],
  ])('warns of a client that is sent in clear text, and is true all the same: %s', (tokenURL, warns) => {
    const oauth2 = { tokenURL, secretRef: { name: 'openai' } };
    const spec = { ...minimalSpec, engine: { ...minimalSpec.engine, oauth2 } };
    const data = { 'api-key': 'a2V5', CLIENT_ID: 'aWQ=', CLIENT_SECRET: 'c2VjcmV0' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'openai' }, data };
    const found = condition(
      healthy({ pool: pool(spec), secrets: { openai: { state: 'found', secret } } }),
      'CredentialsReady',
    );
    expect(found).toMatchObject({ status: 'True', reason: 'CredentialsFound' });
    const message = found?.message ?? '';
    expect(message.includes('clear text: use https')).toBe(warns);
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

describe('ScalingActive', () => {
  const older = {
    namespace: 'airline',
    name: 'first',
    createdAt: '2020-01-01T00:00:00Z',
    engine: { urls: ['http://ENGINE:8080/engine-rest/'], topic: 'analyze-fare-rules' },
  };
  const made = { ...pool().metadata, creationTimestamp: '2021-01-01T00:00:00Z' };
  const aged = healthy({ pool: { ...pool(), metadata: made } });
  it.each<[string, Observation, string, string]>([
    ['reads the metric', healthy(), 'True', 'MetricsRead'],
    [
      'goes on alone beside another provider',
      healthy({ metricsApi: { state: 'foreign', servedBy: 'keda' } }),
      'True',
      'ForeignMetricsProvider',
    ],
    ['goes on alone without a metrics API', healthy({ metricsApi: { state: 'off' } }), 'True', 'DirectMode'],
    ['holds for an older pool', { ...aged, claims: [older] }, 'False', 'OverlapsOlderPool'],
    [
      'says that a younger pool holds',
      { ...aged, claims: [{ ...older, createdAt: '2022-01-01T00:00:00Z' }] },
      'True',
      'OverlapsYoungerPool',
    ],
  ])('%s', (_, seen, status, reason) => {
    expect(condition(seen, 'ScalingActive')).toMatchObject({ status, reason });
  });
});

describe('a pool without pods', () => {
  const empty = (scaling: object, zero?: 'Idle' | 'BudgetSpent'): Observation => {
    const seen = healthy({ pool: pool({ ...minimalSpec, scaling }) });
    const { deployment, autoscaler } = seen.live;
    if (deployment) {
      Object.assign(deployment.spec, { replicas: 0 });
      deployment.status = { observedGeneration: 1 };
    }
    const disabled = { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled' } as const;
    if (autoscaler) autoscaler.status = { conditions: [disabled] };
    const status: PoolStatus = { ...(zero && { scaling: { mode: 'Autoscaler', ceiling: 20, zero } }) };
    const backlog = { known: true, pending: 0, inFlight: 0, at: '2026-01-01T00:00:00Z' } as const;
    return { ...seen, backlog, pool: { ...seen.pool, status } };
  };

  it('is ready where it may be idle', () => {
    const seen = empty({ minReplicas: 0, idle: {} }, 'Idle');
    expect(condition(seen, 'ScalingActive')).toMatchObject({ status: 'True', reason: 'Idle' });
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'True' });
    expect(statusOf(seen).scaling).toMatchObject({ zero: 'Idle' });
  });

  it('is not where somebody made it so, and stays so', () => {
    const seen = empty({});
    expect(condition(seen, 'ScalingActive')).toMatchObject({ status: 'False', reason: 'PausedAtZero' });
    expect(plan(seen).steps).toEqual([]);
  });

  it('comes back after a spent budget, and says so until then', () => {
    const seen = empty({}, 'BudgetSpent');
    expect(plan(seen).steps).toEqual([expect.objectContaining({ action: 'scale', replicas: 3 })]);
    const held: Observation = { ...seen, memory: { zero: 'BudgetSpent' } };
    held.pool = { ...held.pool, metadata: { ...held.pool.metadata, annotations: PAUSED } };
    expect(plan(held).steps.filter(({ action }) => action === 'scale')).toEqual([]);
    expect(statusOf(held).scaling).toMatchObject({ zero: 'BudgetSpent' });
  });
});

describe('ScalingLimited', () => {
  const flood = { known: true, pending: 5_000, inFlight: 0, at: '2026-01-01T00:00:00Z' } as const;
  const limited = (change: Partial<Observation>, spec: object = {}) =>
    condition(
      { ...healthy({ pool: pool({ ...minimalSpec, ...spec }) }), backlog: flood, ...change },
      'ScalingLimited',
    );
  it.each<[string, Partial<Observation>, object, string, string]>([
    ['the most pods', {}, {}, 'AtMaximum', 'held at 20: maxReplicas is 20.'],
    [
      'the quota',
      { workers: { llmMeanSeconds: 1.2 } },
      {
        llm: {
          credentials: [{ secretRef: { name: 'openai' } }],
          quotas: [{ requestsPerMinute: 4_000 }],
        },
      },
      'QuotaCeiling',
      'held at 8: the LLM quota feeds no more than 8.',
    ],
    [
      'the budget',
      { workers: { spentUSD: { hour: 1, day: 12.5 } } },
      { llm: { credentials: [{ secretRef: { name: 'openai' } }], budget: { perDayUSD: 12 } } },
      'BudgetCeiling',
      'held at 3: $12.50 of $12 of this day are spent.',
    ],
    [
      'pods that do not start',
      { pods: [container({ state: { terminated: { exitCode: 1 } } })] },
      {},
      'PodsFailing',
      'held at 3: new pods do not start (CrashLoop).',
    ],
    ['a pause', {}, { scaling: { pause: 'ScaleOut' } }, 'Held', 'held at 3: scaling is paused.'],
  ])('names %s, with the numbers', (_, change, spec, reason, sentence) => {
    expect(limited(change, spec)).toMatchObject({
      status: 'True',
      reason,
      message: `5000 waiting and 0 in work at 50 a pod ask for 100, ${sentence}`,
    });
  });

  it('does not speak of a pool at rest', () => {
    const none = { ...flood, pending: 0 };
    expect(limited({ backlog: none })).toMatchObject({ status: 'False', reason: 'WithinLimits' });
  });

  it('does not make a pool unready', () => {
    const seen = { ...healthy(), backlog: flood };
    expect(condition(seen, 'Ready')?.status).toBe('True');
  });
});
