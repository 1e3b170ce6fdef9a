/** Puts together what decides: policy, memory and budget; and the Redis that they and the quota share. */
import { createHash } from 'node:crypto';
import { CREDENTIAL_FILES } from '@farerules/crds/workerEnv';
import { Budget } from './budget/budget.ts';
import { DecisionMemory } from './cache/decisionMemory.ts';
import { SharedCalls } from './cache/sharedCalls.ts';
import { SharedRedis } from './cache/sharedRedis.ts';
import { canonicalJson } from './canonicalJson.ts';
import type { Config } from './config.ts';
import type { Credentials } from './credentials.ts';
import type { Decider } from './decide.ts';
import type { DirectivesFile } from './directives.ts';
import type { Analyzer } from './llm/analyze.ts';
import { modelSettings } from './llm/setUp.ts';
import { policyOf } from './policy.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

interface Parts {
  analyzer: Analyzer;
  credentials: Credentials;
  directives: DirectivesFile;
  /** Undefined where there is none. */
  redis: SharedRedis | undefined;
  metrics: Metrics;
}

export function setUpDecisions(
  config: Config,
  parts: Parts,
): { decider: Decider; close: () => Promise<void> } {
  const { analyzer, credentials, redis, metrics } = parts;
  const budget = newBudget(config, redis, parts);
  return {
    decider: {
      analyzer,
      policy: policyOf(config),
      memory: new DecisionMemory({
        entries: config.CACHE_ENTRIES,
        ttlMs: config.CACHE_TTL_MS,
        reuse: config.CACHE_DECISIONS ?? redis !== undefined,
        redis,
        metrics,
      }),
      sharedCalls: new SharedCalls({ redis, callMs: config.LLM_TIMEOUT_MS, metrics }),
      budget,
      parameters: modelSettings(config),
      pool: config.POOL,
      firstApiKey: () => firstApiKey(config, credentials),
      includeBookingId: config.LLM_INCLUDE_BOOKING_ID,
    },
    async close() {
      await budget?.close();
    },
  };
}

/** The Redis of the configuration; it connects in the background. */
export function openRedis(config: Config, credentials: Credentials, log: Log): SharedRedis | undefined {
  if (!config.CACHE_REDIS_URL) return undefined;
  const redis = new SharedRedis({
    url: config.CACHE_REDIS_URL,
    password: () => credentials.get(CREDENTIAL_FILES.redisPassword),
    onConnection: (connected) => (connected ? log.info('cache_reached') : log.warn('cache_not_reached')),
  });
  redis.open();
  return redis;
}

/** There is always one: without any the worker does not start. */
function firstApiKey({ LLM_KEYS = [], secrets }: Config, credentials: Credentials): string {
  const inFiles = LLM_KEYS.map(({ file }) => credentials.get(file)).find((key) => key !== undefined);
  return inFiles ?? secrets.get('OPENAI_API_KEY') ?? '';
}

function newBudget(
  config: Config,
  redis: SharedRedis | undefined,
  { directives, metrics }: Parts,
): Budget | undefined {
  const perHourUSD = config.LLM_BUDGET_PER_HOUR_USD;
  const perDayUSD = config.LLM_BUDGET_PER_DAY_USD;
  if (perHourUSD === undefined && perDayUSD === undefined) return undefined;
  // Pools of one name that share a Redis have budgets of their own.
  const where = canonicalJson([config.CAMUNDA_URL, config.CAMUNDA_TOPIC]);
  const identity = createHash('sha256').update(where).digest('hex').slice(0, 16);
  return new Budget({
    pool: `{${config.POOL}:${identity}}`,
    perHourUSD,
    perDayUSD,
    timeZone: config.LLM_BUDGET_TIME_ZONE,
    redis,
    spentUntilByOperator: (now) => directives.budgetSpentUntil(now),
    onSpending: (period, spentUSD) => metrics.budgetSpent.set({ period }, spentUSD),
  });
}
