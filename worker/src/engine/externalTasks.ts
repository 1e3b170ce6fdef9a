/** The engine's external-task API, as far as a worker needs it. */
import { z } from 'zod';
import type { EngineVariable } from '../outcome.ts';
import { EngineError } from './errors.ts';
import type { EngineNode } from './nodes.ts';

const taskSchema = z.object({
  id: z.string().min(1),
  processInstanceId: z.string().min(1),
  /** Null until the first failure. */
  retries: z.int().nullish(),
  variables: z
    .record(z.string(), z.object({ value: z.unknown(), type: z.string().nullish() }))
    .nullish()
    .transform((variables) => variables ?? {}),
});

export type ExternalTask = z.output<typeof taskSchema>;

/** A task and what this worker knows about its lock. */
export interface LockedTask extends ExternalTask {
  /** The node that handed it out: its next requests go there first. */
  node: EngineNode;
  /** When the lock ends at the latest, on the clock of `performance.now()`. */
  lockEnd: number;
}

export interface Subscription {
  workerId: string;
  topic: string;
  lockDurationMs: number;
  variables: readonly string[];
  processDefinitionKeys?: readonly string[] | undefined;
  tenantIds?: readonly string[] | undefined;
}

/** Longest wait for the answer to a request that the engine answers at once. */
const REQUEST_TIMEOUT_MS = 10_000;
/** What a long poll may take beyond the time that the engine holds it. */
const POLL_GRACE_MS = 3_000;

/**
 * Locks up to `maxTasks` tasks.
 * @param holdMs how long the engine holds the request open when there is none; 0 is answered at once.
 * @throws EngineError
 */
export async function fetchAndLock(
  node: EngineNode,
  subscription: Subscription,
  maxTasks: number,
  holdMs: number,
): Promise<LockedTask[]> {
  const { workerId, topic, lockDurationMs, variables, processDefinitionKeys, tenantIds } = subscription;
  const body = {
    workerId,
    maxTasks,
    usePriority: true,
    ...(holdMs > 0 ? { asyncResponseTimeout: holdMs } : {}),
    topics: [
      {
        topicName: topic,
        lockDuration: lockDurationMs,
        variables,
        deserializeValues: false,
        ...(processDefinitionKeys?.length ? { processDefinitionKeyIn: processDefinitionKeys } : {}),
        ...(tenantIds?.length ? { tenantIdIn: tenantIds } : {}),
      },
    ],
  };
  const timeoutMs = holdMs > 0 ? holdMs + POLL_GRACE_MS : REQUEST_TIMEOUT_MS;
  const answer = z
    .array(taskSchema)
    .safeParse(await node.post('/external-task/fetchAndLock', body, 200, timeoutMs));
  if (!answer.success) throw new EngineError('UNEXPECTED_RESPONSE', 200);
  const lockEnd = performance.now() + lockDurationMs;
  return answer.data.map((task) => ({ ...task, node, lockEnd }));
}

/** @throws EngineError */
export async function completeTask(
  node: EngineNode,
  taskId: string,
  workerId: string,
  variables: Record<string, EngineVariable>,
): Promise<void> {
  await node.post(path(taskId, 'complete'), { workerId, variables }, 204, REQUEST_TIMEOUT_MS);
}

export interface Failure {
  errorMessage: string;
  /** Tries that are left; 0 makes an incident. Leaving it out would mean 0. */
  retries: number;
  retryTimeoutMs: number;
}

/** @throws EngineError */
export async function failTask(
  node: EngineNode,
  taskId: string,
  workerId: string,
  { errorMessage, retries, retryTimeoutMs }: Failure,
): Promise<void> {
  const body = { workerId, errorMessage, retries, retryTimeout: retryTimeoutMs };
  await node.post(path(taskId, 'failure'), body, 204, REQUEST_TIMEOUT_MS);
}

/** Gives a task back. The engine does not check whose it is: only for a lock that still holds. @throws EngineError */
export async function unlockTask(node: EngineNode, taskId: string): Promise<void> {
  await node.post(path(taskId, 'unlock'), {}, 204, REQUEST_TIMEOUT_MS);
}

function path(taskId: string, action: string): string {
  return `/external-task/${encodeURIComponent(taskId)}/${action}`;
}
