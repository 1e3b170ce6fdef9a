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
  /** Since 7.21. */
  createTime: z.string().nullish(),
  variables: z
    .record(z.string(), z.object({ value: z.unknown(), type: z.string().nullish() }))
    .nullish()
    .transform((variables) => variables ?? {}),
});

const tasksSchema = z.array(taskSchema);
const holderSchema = z.object({ id: z.string(), workerId: z.string().nullish() });

export type ExternalTask = z.output<typeof taskSchema>;

/** A task and what this worker knows about its lock. */
export interface LockedTask extends ExternalTask {
  /** When the lock ends at the latest, on the clock of `performance.now()`; later once it has been extended. */
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
/** What a poll may take beyond the time that the engine holds it. A busy engine is slow, and a lost answer costs more. */
const POLL_GRACE_MS = 10_000;

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
  const path = '/external-task/fetchAndLock';
  const answer = tasksSchema.safeParse(
    await node.request({ method: 'POST', path, body, expected: 200, timeoutMs }),
  );
  if (!answer.success) throw new EngineError('UNEXPECTED_RESPONSE', 200);
  const lockEnd = performance.now() + lockDurationMs;
  return answer.data.map((task) => ({ ...task, lockEnd }));
}

/** @throws EngineError */
export async function completeTask(
  node: EngineNode,
  taskId: string,
  workerId: string,
  variables: Record<string, EngineVariable>,
): Promise<void> {
  await post(node, taskId, 'complete', { workerId, variables });
}

/** Sets the end of a lock that still holds to `durationMs` from now. @throws EngineError */
export async function extendLock(
  node: EngineNode,
  taskId: string,
  workerId: string,
  durationMs: number,
): Promise<void> {
  await post(node, taskId, 'extendLock', { workerId, newDuration: durationMs });
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
  await post(node, taskId, 'failure', { workerId, errorMessage, retries, retryTimeout: retryTimeoutMs });
}

/** Who has the task, as the engine says; undefined where it is nobody's. @throws EngineError */
export async function holderOf(node: EngineNode, taskId: string): Promise<string | undefined> {
  const path = `/external-task/${encodeURIComponent(taskId)}`;
  const answer = holderSchema.safeParse(
    await node.request({ method: 'GET', path, expected: 200, timeoutMs: REQUEST_TIMEOUT_MS }),
  );
  if (!answer.success) throw new EngineError('UNEXPECTED_RESPONSE', 200);
  return answer.data.workerId ?? undefined;
}

/**
 * Gives a task back. The engine does not check whose it is: only for a lock that still holds.
 * @param lockEnd on the clock of `performance.now()`.
 * @throws EngineError
 */
export async function unlockTask(node: EngineNode, taskId: string, lockEnd: number): Promise<void> {
  await post(node, taskId, 'unlock', {}, lockEnd);
}

async function post(
  node: EngineNode,
  taskId: string,
  action: string,
  body: unknown,
  notAfter?: number,
): Promise<void> {
  const path = `/external-task/${encodeURIComponent(taskId)}/${action}`;
  await node.request({
    method: 'POST',
    path,
    body,
    expected: 204,
    timeoutMs: REQUEST_TIMEOUT_MS,
    gated: true,
    ...(notAfter !== undefined && { notAfter }),
  });
}
