/** Puts the parts of this folder and the quota together, as the configuration says. */
import { createHash } from 'node:crypto';
import type { SharedRedis } from '../cache/sharedRedis.ts';
import { type Config, statedPrice } from '../config.ts';
import type { Credentials } from '../credentials.ts';
import type { DirectivesFile } from '../directives.ts';
import { Pacer } from '../quota/pacer.ts';
import type { RunScript } from '../quota/script.ts';
import { registerKeyStates } from '../telemetry/keyStates.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Analyzer } from './analyze.ts';
import type { ApiKeys } from './keys.ts';
import { ChatModel, type ModelSettings } from './openai.ts';
import { priceOf } from './price.ts';
import { callParameters, tokenLimit } from './profile.ts';
import { createFetch } from './transport.ts';

export interface LlmParts {
  credentials: Credentials;
  keys: ApiKeys;
  directives: DirectivesFile;
  /** Undefined where there is none. */
  redis: SharedRedis | undefined;
  metrics: Metrics;
}

export function createAnalyzer(
  config: Config,
  { credentials, keys, directives, redis, metrics }: LlmParts,
): Analyzer {
  const settings = modelSettings(config);
  registerKeyStates(metrics.registry, () => keys.states());
  const run: RunScript | undefined =
    redis &&
    ((script, key, args) => redis.run((client) => client.eval(script, { keys: [key], arguments: args })));
  return {
    model: new ChatModel(settings, fetchFor(config, credentials)),
    keys,
    pacer: new Pacer({
      quotas: config.LLM_QUOTAS ?? [],
      outputLimit: tokenLimit(settings.call),
      sharers: () => directives.podsSharingQuota ?? config.LLM_QUOTA_SHARERS ?? 1,
      shared: (group) => run && { run, key: quotaKey(config, group) },
      openGroups: () => keys.openGroups(),
    }),
    price: priceOf(config.LLM_MODEL, statedPrice(config)),
    timeoutMs: config.LLM_TIMEOUT_MS,
    maxAttempts: config.LLM_MAX_ATTEMPTS,
    onWait: (ms) => metrics.rateLimitWait.observe(ms / 1_000),
  };
}

export function modelSettings(config: Config): ModelSettings {
  return {
    baseURL: config.OPENAI_BASE_URL,
    model: config.LLM_MODEL,
    answerFormat: config.LLM_ANSWER_FORMAT,
    call: callParameters({
      model: config.LLM_MODEL,
      profile: config.LLM_PROFILE,
      reasoningEffort: config.LLM_REASONING_EFFORT,
      answerFormat: config.LLM_ANSWER_FORMAT,
      maxTokens: config.LLM_MAX_TOKENS,
      temperature: config.LLM_TEMPERATURE,
      logprobs: config.DECISIONS_MIN_PROBABILITY !== undefined,
    }),
  };
}

function fetchFor({ HTTPS_PROXY, NO_PROXY, LLM_CA_FILE }: Config, credentials: Credentials): typeof fetch {
  return createFetch({
    proxyURL: HTTPS_PROXY,
    noProxy: NO_PROXY ?? [],
    ca: LLM_CA_FILE === undefined ? undefined : () => credentials.get(LLM_CA_FILE),
  });
}

/** A pool and its engine: pools of one name that share a Redis have quotas of their own. */
function quotaKey({ POOL, CAMUNDA_URL, CAMUNDA_TOPIC, OPENAI_BASE_URL }: Config, group: string): string {
  const identity = JSON.stringify([CAMUNDA_URL, CAMUNDA_TOPIC, OPENAI_BASE_URL]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return `farerules:quota:{${POOL}:${hash}:${group}}`;
}
