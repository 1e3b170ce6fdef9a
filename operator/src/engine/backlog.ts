/** Asks an engine how many external tasks wait and how many are in work. */

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { OperatorError } from '../errors.ts';

export interface EngineTarget {
  urls: readonly string[];
  topic: string;
  processDefinitionKeys?: readonly string[] | undefined;
  tenantIds?: readonly string[] | undefined;
  lockDurationMs: number;
  auth?: { username: string; password: string } | undefined;
}

export interface TaskCounts {
  pending: number;
  inFlight: number;
}

/** Longest wait for one count. */
const TIMEOUT_MS = 2_000;
/** A count is a few bytes: what is longer is something else. */
const BODY_LIMIT = 4_096;
/** Clocks of engine nodes and of this machine may differ by this much. */
const CLOCK_SKEW_MS = 5_000;

/** One client for all engines: no redirects (credentials must not travel), no proxy, connections kept. */
export function engineClient(): AxiosInstance {
  return axios.create({
    timeout: TIMEOUT_MS,
    maxRedirects: 0,
    maxContentLength: BODY_LIMIT,
    proxy: false,
    responseType: 'json',
    validateStatus: () => true,
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  });
}

/**
 * Counts on one engine node. Suspended tasks and those without retries are
 * neither waiting nor in work; a task that waits for its retry looks locked,
 * but for longer than a worker may lock it.
 * @throws OperatorError with a sentence that holds no secret and nothing of the answer's body.
 */
export async function countTasks(
  client: AxiosInstance,
  baseURL: string,
  target: EngineTarget,
  now: number,
): Promise<TaskCounts> {
  const common: Record<string, string> = {
    topicName: target.topic,
    withRetriesLeft: 'true',
    active: 'true',
    ...(target.processDefinitionKeys && { processDefinitionKeyIn: target.processDefinitionKeys.join(',') }),
    ...(target.tenantIds && { tenantIdIn: target.tenantIds.join(',') }),
  };
  const lockEnd = new Date(now + target.lockDurationMs + CLOCK_SKEW_MS);
  const [pending, inFlight] = await Promise.all([
    count(client, baseURL, target, { ...common, notLocked: 'true' }),
    count(client, baseURL, target, {
      ...common,
      locked: 'true',
      lockExpirationBefore: lockEnd.toISOString().replace('Z', '+0000'),
    }),
  ]);
  return { pending, inFlight };
}

async function count(
  client: AxiosInstance,
  baseURL: string,
  { auth }: EngineTarget,
  params: Record<string, string>,
): Promise<number> {
  const url = `${baseURL.replace(/\/+$/, '')}/external-task/count`;
  let response: { status: number; data: unknown };
  try {
    response = await client.get(url, {
      params,
      ...(auth && { auth }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new OperatorError('engine_unreachable', `${baseURL} ${networkProblem(error)}`, true);
  }
  const { status, data } = response;
  if (status === 401 || status === 403) {
    throw new OperatorError(
      'engine_refused',
      `${baseURL} answered ${status}: check spec.engine.basicAuthSecretRef`,
      true,
    );
  }
  if (status !== 200) {
    throw new OperatorError(
      'engine_status',
      `${baseURL} answered ${status} where 200 was expected: check spec.engine.urls`,
      true,
    );
  }
  const value = (data as { count?: unknown } | null)?.count;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new OperatorError(
      'engine_answer',
      `${baseURL} did not answer with a count: check spec.engine.urls`,
      true,
    );
  }
  return value;
}

function networkProblem(error: unknown): string {
  const code = axios.isAxiosError(error) ? error.code : undefined;
  if (code === 'ECONNABORTED' || code === 'ERR_CANCELED' || code === 'ETIMEDOUT') {
    return `did not answer within ${TIMEOUT_MS / 1_000} s`;
  }
  return `cannot be reached (${code ?? 'no code'})`;
}
