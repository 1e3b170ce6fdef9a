import { describe, expect, test } from '@jest/globals';
import { loadConfig } from './config.ts';

const host = { hostname: 'box', pid: 42 };
const load = (environment: Record<string, string>) => loadConfig(environment, host);
const config = (environment: Record<string, string> = {}) => {
  const loaded = load({ OPENAI_API_KEY: 'sk-very-secret', ...environment });
  if (!loaded.ok) throw new Error(loaded.problems.join('; '));
  return loaded.config;
};

describe('the configuration', () => {
  test("has the document's defaults when only the key is given", () => {
    expect(config()).toMatchObject({
      CAMUNDA_URL: ['http://localhost:8080/engine-rest'],
      CAMUNDA_TOPIC: 'analyze-fare-rules',
      LLM_MODEL: 'gpt-4o-mini',
      LLM_TEMPERATURE: 0.3,
      LOCK_DURATION_MS: 30_000,
      LONG_POLL_MS: 10_000,
    });
  });

  test('takes several engine nodes', () => {
    expect(config({ CAMUNDA_URL: 'http://a/engine-rest, http://b/engine-rest' }).CAMUNDA_URL).toHaveLength(2);
  });

  test('counts an empty variable as not set', () => {
    expect(
      config({ LLM_PROVIDER_NAME: '', LLM_PRICE_INPUT_PER_MILLION_USD: '' }).LLM_PROVIDER_NAME,
    ).toBeUndefined();
  });

  test('names the worker after its pod, else after host and process', () => {
    expect(config({ POD_NAME: 'pool-7d9-x2' }).workerId).toBe('llm-fare-analyzer-pool-7d9-x2');
    expect(config().workerId).toBe('llm-fare-analyzer-box-42');
  });

  test('is frozen', () => {
    expect(Object.isFrozen(config())).toBe(true);
  });

  test('does not show its secrets when it is written out', () => {
    const written = JSON.stringify(
      config({ CAMUNDA_USERNAME: 'worker-user', CAMUNDA_PASSWORD: 'pass-word' }),
    );
    expect(written).not.toMatch(/sk-very-secret|worker-user|pass-word/);
    expect(written).toContain('[redacted]');
  });

  test('names what must not be printed: keys and passwords, but not the user', () => {
    const { secrets } = config({ CAMUNDA_USERNAME: 'worker-user', CAMUNDA_PASSWORD: 'pass-word' });
    expect(secrets.all()).toEqual(['sk-very-secret', 'pass-word']);
    const client = {
      CLIENT_ID: 'pool',
      CLIENT_SECRET: 'client-secret',
      CAMUNDA_TOKEN_URL: 'https://idp/token',
    };
    expect(config(client).secrets.all()).toEqual(['sk-very-secret', 'client-secret']);
    expect(JSON.stringify(config(client))).not.toContain('client-secret');
  });
});

describe('a wrong configuration is reported', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['no key at all', { OPENAI_API_KEY: '' }, /^OPENAI_API_KEY/],
    [
      'key files without a directory',
      { OPENAI_API_KEY: '', LLM_KEYS: '[{"file":"llm-0","quotaGroup":"a"}]' },
      /^OPENAI_API_KEY/,
    ],
    ['key files that are no JSON', { LLM_KEYS: 'llm-0' }, /^LLM_KEYS: must be JSON/],
    ['a call longer than the lock', { LLM_TIMEOUT_MS: '30000' }, /^LLM_TIMEOUT_MS/],
    ['a user without a password', { CAMUNDA_USERNAME: 'u' }, /^CAMUNDA_USERNAME/],
    ['a client without a secret', { CLIENT_ID: 'c', CAMUNDA_TOKEN_URL: 'https://idp/token' }, /^CLIENT_ID/],
    ['a client without a token endpoint', { CLIENT_ID: 'c', CLIENT_SECRET: 'p4ssw0rd' }, /^CLIENT_ID/],
    ['a token endpoint without a client', { CAMUNDA_TOKEN_URL: 'https://idp/token' }, /^CAMUNDA_TOKEN_URL/],
    [
      'a user and a client',
      {
        CAMUNDA_USERNAME: 'u',
        CAMUNDA_PASSWORD: 'p4ssw0rd',
        CAMUNDA_TOKEN_URL: 'https://idp/token',
        CREDENTIALS_DIR: '/mounted',
      },
      /^CAMUNDA_TOKEN_URL and CAMUNDA_USERNAME/,
    ],
    [
      'a password in the token URL',
      { CAMUNDA_TOKEN_URL: 'https://u:p4ssw0rd@idp/token', CREDENTIALS_DIR: '/mounted' },
      /^CAMUNDA_TOKEN_URL/,
    ],
    ['an engine’s certificates in no directory', { CAMUNDA_CA_FILE: 'engine-ca' }, /^CAMUNDA_CA_FILE/],
    [
      'a password in the collector’s URL',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://u:p4ssw0rd@otel:4318' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT/,
    ],
    ['a sampler that nobody knows', { OTEL_TRACES_SAMPLER: 'some' }, /^OTEL_TRACES_SAMPLER/],
    ['half a price', { LLM_PRICE_INPUT_PER_MILLION_USD: '1' }, /^LLM_PRICE/],
    ['a password in the engine URL', { CAMUNDA_URL: 'http://u:p4ssw0rd@h/engine-rest' }, /^CAMUNDA_URL/],
    ['a password in the Redis URL', { CACHE_REDIS_URL: 'redis://:p4ssw0rd@h' }, /^CACHE_REDIS_URL/],
    ['a password in the proxy URL', { HTTPS_PROXY: 'http://u:p4ssw0rd@h' }, /^HTTPS_PROXY/],
    ['certificates in a directory that is not there', { LLM_CA_FILE: 'llm-ca' }, /^LLM_CA_FILE/],
    [
      'a budget for a model of unknown price',
      { LLM_BUDGET_PER_DAY_USD: '5', LLM_MODEL: 'own' },
      /^LLM_BUDGET/,
    ],
    ['a time zone that does not exist', { LLM_BUDGET_TIME_ZONE: 'Mars/Olympus' }, /^LLM_BUDGET_TIME_ZONE/],
    ['no concurrency', { WORKER_CONCURRENCY: '0' }, /^WORKER_CONCURRENCY/],
    ['another protocol', { CAMUNDA_URL: 'ftp://h' }, /^CAMUNDA_URL/],
    ['text for a number', { LOCK_DURATION_MS: 'long' }, /^LOCK_DURATION_MS/],
  ])('%s', (_what, environment, problem) => {
    const loaded = load({ OPENAI_API_KEY: 'sk-very-secret', ...environment });
    const problems = loaded.ok ? [] : loaded.problems;
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toMatch(/p4ssw0rd|sk-very-secret/);
  });

  test('all at once', () => {
    const loaded = load({ LOG_LEVEL: 'loud', METRICS_PORT: '-1', LLM_TEMPERATURE: '9' });
    expect(loaded.ok ? [] : loaded.problems).toHaveLength(3);
  });
});
