/** Puts the engine's side together from the configuration. */
import type { Config } from '../config.ts';
import type { Credentials } from '../credentials.ts';
import type { FailurePolicy } from '../failurePolicy.ts';
import { TICKET_VARIABLES } from '../fare/ticket.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { TRACEPARENT_VARIABLE } from '../telemetry/tracing/ids.ts';
import { type EngineAuth, engineCA } from './auth.ts';
import type { Subscription } from './externalTasks.ts';
import { type LockKeeping, longestHoldMs } from './keepLock.ts';
import { NodeSet } from './nodeSet.ts';
import type { Settler } from './settle.ts';

export interface EngineSetUp {
  nodes: NodeSet;
  subscription: Subscription;
  settler: Settler;
  locks: LockKeeping;
  policy: FailurePolicy;
}

/** A fifth of the lock, at most 5 s: completing takes milliseconds, unless the engine is in trouble. */
export function completionMarginMs(lockDurationMs: number): number {
  return Math.min(5_000, lockDurationMs / 5);
}

/** The engine's nodes, asked with these credentials. */
export function engineNodes(config: Config, auth: EngineAuth, credentials: Credentials): NodeSet {
  return new NodeSet({
    urls: config.CAMUNDA_URL,
    mode: config.CAMUNDA_NODES,
    auth,
    ca: engineCA(config, credentials),
  });
}

/**
 * @param giveUp aborted when the worker has to end now.
 * @param stopping whether it has been told to stop.
 */
export function setUpEngine(
  config: Config,
  nodes: NodeSet,
  { giveUp, stopping, metrics }: { giveUp: AbortSignal; stopping: () => boolean; metrics: Metrics },
): EngineSetUp {
  const { workerId, LOCK_DURATION_MS: lockDurationMs } = config;
  return {
    nodes,
    subscription: {
      workerId,
      topic: config.CAMUNDA_TOPIC,
      lockDurationMs,
      variables:
        config.OTEL_TRACES_EXPORTER === 'none'
          ? TICKET_VARIABLES
          : [...TICKET_VARIABLES, TRACEPARENT_VARIABLE],
      processDefinitionKeys: config.CAMUNDA_PROCESS_DEFINITION_KEYS,
      tenantIds: config.CAMUNDA_TENANT_IDS,
    },
    settler: {
      workerId,
      nodes,
      giveUp,
      onError: (operation, { code }) => metrics.engineErrors.inc({ operation, code }),
    },
    locks: {
      workerId,
      nodes,
      lockDurationMs,
      marginMs: completionMarginMs(lockDurationMs),
      holdMs: longestHoldMs(lockDurationMs, config.LLM_TIMEOUT_MS, config.LLM_MAX_ATTEMPTS),
      mayExtend: () => !stopping(),
      onExtension: (result) => metrics.lockExtensions.inc({ result }),
    },
    policy: {
      onFailure: config.ON_FAILURE,
      retries: config.ON_FAILURE_RETRIES,
      retryTimeoutMs: config.ON_FAILURE_RETRY_TIMEOUT_MS,
      finally: config.ON_FAILURE_FINALLY,
    },
  };
}
