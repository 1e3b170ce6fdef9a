import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from '../../../../crds/src/pool.ts';
import { workerEnvSchema } from '../../../../crds/src/workerEnv.ts';
import { minimalSpec, pool } from '../fixtures.ts';
import { deployment } from './deployment.ts';

// biome-ignore lint/suspicious/noExplicitAny: a look into a manifest
function podOf(spec: object = {}): any {
  const parsed = parsePoolSpec({ ...minimalSpec, ...spec });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return (deployment(pool(), parsed.spec, 'worker:default').spec as any).template;
}
interface EnvVariable {
  name: string;
  value?: string;
  valueFrom?: unknown;
}
const envOf = (spec?: object): Record<string, unknown> =>
  Object.fromEntries(
    podOf(spec).spec.containers[0].env.map((item: EnvVariable) => [item.name, item.value ?? item.valueFrom]),
  );

describe('the workers’ Deployment', () => {
  it('meets the restricted pod security standard', () => {
    const { spec } = podOf();
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('mounts the keys that the pool names from their Secrets, each Secret once, under the worker’s names', () => {
    const { volumes } = podOf({
      engine: { ...minimalSpec.engine, basicAuthSecretRef: { name: 'camunda' } },
      llm: {
        credentials: [
          { secretRef: { name: 'openai' } },
          { secretRef: { name: 'openai', key: 'second' }, quotaGroup: 'b' },
        ],
      },
    }).spec;
    expect(volumes[0]).toEqual({
      name: 'credentials',
      projected: {
        defaultMode: 0o440,
        sources: [
          {
            secret: {
              name: 'openai',
              items: [
                { key: 'api-key', path: 'llm-0' },
                { key: 'second', path: 'llm-1' },
              ],
            },
          },
          {
            secret: {
              name: 'camunda',
              items: [
                { key: 'username', path: 'engine-username' },
                { key: 'password', path: 'engine-password' },
              ],
            },
          },
        ],
      },
    });
  });

  it('gives a stopping worker the time that a long poll and a lock may take', () => {
    const worker = { lockDuration: '1m', longPollTimeout: '20s' };
    expect(podOf({ worker }).spec.terminationGracePeriodSeconds).toBe(85);
  });

  it('hands the worker an environment that the worker accepts', () => {
    const { POD_NAME, ...env } = envOf({
      cache: { redisURL: 'redis://redis:6379/0' },
      engine: { urls: ['http://a/engine-rest', 'http://b/engine-rest'], tenantIds: ['one', 'two'] },
    });
    expect(POD_NAME).toEqual({ fieldRef: { fieldPath: 'metadata.name' } });
    expect(workerEnvSchema.parse(env)).toMatchObject({
      CAMUNDA_URL: ['http://a/engine-rest', 'http://b/engine-rest'],
      CAMUNDA_TENANT_IDS: ['one', 'two'],
      LLM_KEYS: [{ file: 'llm-0', quotaGroup: 'default' }],
      LLM_MODEL: 'gpt-4o-mini',
      LOCK_DURATION_MS: 30_000,
      CACHE_TTL_MS: 3_600_000,
    });
  });

  it('tells a worker the least share of the quotas, which counts until it is told its own', () => {
    const quotas = { ...minimalSpec.llm, quotas: [{ requestsPerMinute: 500 }] };
    const scaling = { ...minimalSpec.scaling, maxReplicas: 7 };
    expect(envOf({ llm: quotas, scaling })).toMatchObject({ LLM_QUOTA_SHARERS: '7' });
    // Without quotas nothing is shared, and a change of the number restarts nobody.
    expect(envOf({ scaling })).not.toHaveProperty('LLM_QUOTA_SHARERS');
  });

  it('names client, certificates, traces and the form of the log, each only where it is asked for', () => {
    const engine = {
      ...minimalSpec.engine,
      oauth2: { tokenURL: 'https://idp/token', secretRef: { name: 'client' }, scope: 'a b' },
      caSecretRef: { name: 'ca' },
    };
    const worker = { logFormat: 'ECS', tracing: { endpoint: 'http://otel:4318', sampleRatio: 0.5 } };
    const { POD_NAME: _pod, ...env } = envOf({ engine, worker });
    expect(workerEnvSchema.parse(env)).toMatchObject({
      CAMUNDA_TOKEN_URL: 'https://idp/token',
      CAMUNDA_TOKEN_SCOPE: 'a b',
      CAMUNDA_CLIENT_AUTHENTICATION: 'Basic',
      CAMUNDA_CA_FILE: 'engine-ca',
      LOG_FORMAT: 'ecs',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: 0.5,
    });
    expect(Object.keys(envOf()).filter((name) => /TOKEN|CLIENT|CA_FILE|LOG_|OTEL/.test(name))).toEqual([]);
  });

  it('takes the pool’s image before the operator’s', () => {
    expect(podOf().spec.containers[0].image).toBe('worker:default');
    expect(podOf({ worker: { image: 'mine:1' } }).spec.containers[0].image).toBe('mine:1');
  });

  it('keeps its own labels and fields over those that a pool sets', () => {
    const template = podOf({
      worker: {
        podLabels: { 'farerules.dev/pool': 'other', team: 'refunds' },
        podSpec: { nodeSelector: { disk: 'ssd' } },
      },
    });
    expect(template.metadata.labels).toMatchObject({ 'farerules.dev/pool': 'refunds', team: 'refunds' });
    expect(template.spec).toMatchObject({ nodeSelector: { disk: 'ssd' }, serviceAccountName: 'refunds' });
  });
});
