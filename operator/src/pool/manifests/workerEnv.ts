import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import { CREDENTIAL_FILES, CREDENTIALS_DIR, type WorkerEnvText } from '../../../../crds/src/workerEnv.ts';

/**
 * A pool's spec as the worker's environment. No secret is in it: keys are named
 * by their file. POD_NAME is not here, the Deployment takes it from the pod.
 */
export function workerEnv(pool: string, spec: PoolSpec): WorkerEnvText {
  const { engine, llm, worker, cache } = spec;
  return {
    POOL: pool,
    CREDENTIALS_DIR,
    CAMUNDA_URL: engine.urls.join(','),
    CAMUNDA_TOPIC: engine.topic,
    ...(engine.processDefinitionKeys && {
      CAMUNDA_PROCESS_DEFINITION_KEYS: engine.processDefinitionKeys.join(','),
    }),
    ...(engine.tenantIds && { CAMUNDA_TENANT_IDS: engine.tenantIds.join(',') }),
    WORKER_CONCURRENCY: String(worker.concurrency),
    LOCK_DURATION_MS: String(durationMs(worker.lockDuration)),
    LONG_POLL_MS: String(durationMs(worker.longPollTimeout)),
    OPENAI_BASE_URL: llm.baseURL,
    LLM_KEYS: JSON.stringify(
      llm.credentials.map(({ quotaGroup }, index) => ({ file: CREDENTIAL_FILES.llmKey(index), quotaGroup })),
    ),
    LLM_MODEL: llm.model,
    ...(llm.providerName !== undefined && { LLM_PROVIDER_NAME: llm.providerName }),
    LLM_MAX_TOKENS: String(llm.maxTokens),
    LLM_TEMPERATURE: String(llm.temperature),
    LLM_TIMEOUT_MS: String(durationMs(llm.timeout)),
    LLM_MAX_ATTEMPTS: String(llm.maxAttempts),
    LLM_INCLUDE_BOOKING_ID: String(llm.includeBookingId),
    ...(llm.price && {
      LLM_PRICE_INPUT_PER_MILLION_USD: String(llm.price.inputPerMillionUSD),
      LLM_PRICE_OUTPUT_PER_MILLION_USD: String(llm.price.outputPerMillionUSD),
    }),
    ...(cache && {
      CACHE_REDIS_URL: cache.redisURL,
      CACHE_TTL_MS: String(durationMs(cache.ttl)),
    }),
  };
}
