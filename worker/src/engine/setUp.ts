/** Puts the engine's side together from the configuration. */
import { CREDENTIAL_FILES } from '@farerules/crds/workerEnv';
import type { Config } from '../config.ts';
import type { Credentials } from '../credentials.ts';
import type { FailurePolicy } from '../failurePolicy.ts';
import { TICKET_VARIABLES } from '../fare/ticket.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Subscription } from './externalTasks.ts';
import { type LockKeeping, longestHoldMs } from './keepLock.ts';
import { NodeSet } from './nodeSet.ts';
import type { BasicAuth } from './nodes.ts';
import type { Settler } from './settle.ts';

export interface EngineSetUp {
  nodes: NodeSet;
  subscription: Subscription;
  settler: Settler;
  locks: LockKeeping;
  policy: FailurePolicy;
}

/** User and password as of now; undefined where the engine asks for none. */
export function engineAuth({ secrets }: Config, credentials: Credentials): BasicAuth | undefined {
  const username = credentials.get(CREDENTIAL_FILES.engineUsername) ?? secrets.get('CAMUNDA_USERNAME');
  const password = credentials.get(CREDENTIAL_FILES.enginePassword) ?? secrets.get('CAMUNDA_PASSWORD');
  return username !== undefined && password !== undefined ? { username, password } : undefined;
}

/** A fifth of the lock, at most 5 s: completing takes milliseconds, unless the engine is in trouble. */
export function completionMarginMs(lockDurationMs: number): number {
  return Math.min(5_000, lockDurationMs / 5);
}

/**
 * @param giveUp aborted when the worker has to end now.
 * @param stopping whether it has been told to stop.
 */
export function setUpEngine(
  config: Config,
  auth: () => BasicAuth | undefined,
  { giveUp, stopping, metrics }: { giveUp: AbortSignal; stopping: () => boolean; metrics: Metrics },
): EngineSetUp {
  const { workerId, LOCK_DURATION_MS: lockDurationMs } = config;
  const nodes = new NodeSet({ urls: config.CAMUNDA_URL, mode: config.CAMUNDA_NODES, auth });
  return {
    nodes,
    subscription: {
      workerId,
      topic: config.CAMUNDA_TOPIC,
      lockDurationMs,
      variables: TICKET_VARIABLES,
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
