import { DIRECTIVES_FILE } from '../../../../crds/src/directives.ts';
import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import {
  AUDIT_DIR,
  CREDENTIAL_FILES,
  CREDENTIALS_DIR,
  DIRECTIVES_DIR,
  type WorkerEnvText,
} from '../../../../crds/src/workerEnv.ts';

/**
 * A pool's spec as the worker's environment. No secret is in it: keys are named
 * by their file. POD_NAME is not here, the Deployment takes it from the pod.
 */
export function workerEnv(pool: string, spec: PoolSpec): WorkerEnvText {
  const { engine, llm, worker, scaling, cache, decisions } = spec;
  const { onFailure, audit } = decisions;
  return {
    POOL: pool,
    CREDENTIALS_DIR,
    CAMUNDA_URL: engine.urls.join(','),
    CAMUNDA_TOPIC: engine.topic,
    ...(engine.processDefinitionKeys && {
      CAMUNDA_PROCESS_DEFINITION_KEYS: engine.processDefinitionKeys.join(','),
    }),
    ...(engine.tenantIds && { CAMUNDA_TENANT_IDS: engine.tenantIds.join(',') }),
    CAMUNDA_NODES: engine.nodes,
    ...(engine.oauth2 && {
      CAMUNDA_TOKEN_URL: engine.oauth2.tokenURL,
      ...(engine.oauth2.scope !== undefined && { CAMUNDA_TOKEN_SCOPE: engine.oauth2.scope }),
      ...(engine.oauth2.audience !== undefined && { CAMUNDA_TOKEN_AUDIENCE: engine.oauth2.audience }),
      CAMUNDA_CLIENT_AUTHENTICATION: engine.oauth2.clientAuthentication,
    }),
    ...(engine.caSecretRef && { CAMUNDA_CA_FILE: CREDENTIAL_FILES.engineCA }),
    WORKER_CONCURRENCY: String(worker.concurrency),
    LOCK_DURATION_MS: String(durationMs(worker.lockDuration)),
    LONG_POLL_MS: String(durationMs(worker.longPollTimeout)),
    OPENAI_BASE_URL: llm.baseURL,
    LLM_KEYS: JSON.stringify(
      llm.credentials.map(({ quotaGroup }, index) => ({ file: CREDENTIAL_FILES.llmKey(index), quotaGroup })),
    ),
    LLM_MODEL: llm.model,
    ...(llm.providerName !== undefined && { LLM_PROVIDER_NAME: llm.providerName }),
    LLM_PROFILE: llm.profile,
    ...(llm.reasoningEffort && { LLM_REASONING_EFFORT: llm.reasoningEffort }),
    LLM_ANSWER_FORMAT: llm.answerFormat,
    ...(llm.maxTokens !== undefined && { LLM_MAX_TOKENS: String(llm.maxTokens) }),
    ...(llm.quotas && {
      LLM_QUOTAS: JSON.stringify(llm.quotas),
      // A pod reads its annotation only when the kubelet has renewed the file: up to a minute after its start.
      LLM_QUOTA_SHARERS: String(scaling.maxReplicas),
    }),
    ...(llm.budget?.whenSpent === 'Manual' && budget(llm.budget)),
    ...(llm.proxyURL !== undefined && { HTTPS_PROXY: llm.proxyURL }),
    ...(llm.caSecretRef && { LLM_CA_FILE: CREDENTIAL_FILES.llmCA }),
    LLM_TEMPERATURE: String(llm.temperature),
    LLM_TIMEOUT_MS: String(durationMs(llm.timeout)),
    LLM_MAX_ATTEMPTS: String(llm.maxAttempts),
    LLM_INCLUDE_BOOKING_ID: String(llm.includeBookingId),
    ...(llm.price && {
      LLM_PRICE_INPUT_PER_MILLION_USD: String(llm.price.inputPerMillionUSD),
      LLM_PRICE_OUTPUT_PER_MILLION_USD: String(llm.price.outputPerMillionUSD),
    }),
    ...(cache && {
      ...(cache.redisURL !== undefined && { CACHE_REDIS_URL: cache.redisURL }),
      CACHE_DECISIONS: String(cache.decisions),
      CACHE_ENTRIES: String(cache.entries),
      CACHE_TTL_MS: String(durationMs(cache.ttl)),
    }),
    DECISIONS_MODE: decisions.mode,
    ...(decisions.rules?.length && { DECISIONS_RULES: decisions.rules.join(',') }),
    ...(decisions.maxAutoRefund && {
      DECISIONS_MAX_AUTO_REFUND: JSON.stringify(
        Object.fromEntries(
          decisions.maxAutoRefund.map(({ currency, amountMinor }) => [currency, amountMinor]),
        ),
      ),
    }),
    ...(decisions.minProbability !== undefined && {
      DECISIONS_MIN_PROBABILITY: String(decisions.minProbability),
    }),
    DECISIONS_WHEN_PROBABILITY_UNKNOWN: decisions.whenProbabilityUnknown,
    DECISIONS_CONFIRM_ALLOWED: decisions.confirmAllowed,
    DECISIONS_REVIEW_PERCENT: String(decisions.reviewPercent),
    ON_FAILURE: onFailure.policy,
    ON_FAILURE_RETRIES: String(onFailure.retries),
    ON_FAILURE_RETRY_TIMEOUT_MS: String(durationMs(onFailure.retryTimeout)),
    ON_FAILURE_FINALLY: onFailure.finally,
    AUDIT_PROCESS_VARIABLES: String(audit.processVariables),
    ...(audit.persistentVolumeClaim !== undefined && { AUDIT_DIR }),
    // Only where it is not what the worker does by itself: pods that need no change are not replaced.
    ...(worker.logFormat === 'ECS' && { LOG_FORMAT: 'ecs' }),
    ...(worker.tracing && {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: worker.tracing.endpoint,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(worker.tracing.sampleRatio),
    }),
    DIRECTIVES_FILE: `${DIRECTIVES_DIR}/${DIRECTIVES_FILE}`,
  };
}

function budget({ perHourUSD, perDayUSD, timeZone }: NonNullable<PoolSpec['llm']['budget']>): WorkerEnvText {
  return {
    ...(perHourUSD !== undefined && { LLM_BUDGET_PER_HOUR_USD: String(perHourUSD) }),
    ...(perDayUSD !== undefined && { LLM_BUDGET_PER_DAY_USD: String(perDayUSD) }),
    LLM_BUDGET_TIME_ZONE: timeZone,
  };
}
