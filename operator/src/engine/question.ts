/** What is asked of an engine: what makes two engines or two questions the same, and the parameters of a count. */
import { createHash } from 'node:crypto';
import type { ClientCredentials } from '../../../crds/src/oauth2.ts';
import { dependsOnNamespace, normalURL } from '../pool/engineURL.ts';

/** Who the operator is to an engine. */
export type EngineAuth =
  | { kind: 'basic'; username: string; password: string }
  | ({ kind: 'oauth2' } & ClientCredentials);

/** An engine as one pool sees it. */
export interface Engine {
  /** Base URLs of the nodes of one engine cluster. */
  urls: readonly string[];
  /** Names in the URLs are those of a pod of this namespace. Left out: of the operator's own. */
  namespace?: string | undefined;
  auth?: EngineAuth | undefined;
  /** PEM certificates to trust beside the usual ones, for the nodes and for where tokens come from. */
  ca?: string | undefined;
}

/** Which tasks a pool's workers may fetch. */
export interface Question {
  topic: string;
  processDefinitionKeys?: readonly string[] | undefined;
  tenantIds?: readonly string[] | undefined;
  lockDurationMs: number;
}

export interface EngineTarget extends Engine, Question {}

/** Query parameters as the engine names them. */
export type Query = Record<string, string>;

/** Clocks of engine nodes and of this machine may differ by this much. */
const CLOCK_SKEW_MS = 5_000;

/**
 * The same for pools whose engine is the same: same nodes in any order, same credentials; where a name can be another
 * one's in another namespace, the same namespace. Holds no secret.
 */
export function engineKey({ urls, auth, ca, namespace }: Engine): string {
  const all = auth?.kind === 'oauth2' ? [...urls, auth.tokenURL] : urls;
  const same = [
    [...new Set(urls.map(normalURL))].sort(),
    auth && Object.entries(auth).sort(),
    ca,
    all.some(dependsOnNamespace) && namespace,
  ];
  return createHash('sha256').update(JSON.stringify(same)).digest('hex');
}

/** The same for pools that are the same user of an engine. Holds no secret. */
export function userKey({ auth, ca }: Engine): string {
  return createHash('sha256')
    .update(JSON.stringify([auth && Object.entries(auth).sort(), ca]))
    .digest('hex');
}

/** The same for questions that have the same answer. */
export function questionKey({ topic, lockDurationMs, ...filters }: Question): string {
  const { processDefinitionKeys, tenantIds } = filters;
  return JSON.stringify([topic, lockDurationMs, list(processDefinitionKeys), list(tenantIds)]);
}

/** Suspended tasks and those without retries are neither waiting nor in work. */
function fetchable({ topic, processDefinitionKeys, tenantIds }: Question): Query {
  return {
    topicName: topic,
    withRetriesLeft: 'true',
    active: 'true',
    ...(processDefinitionKeys && { processDefinitionKeyIn: list(processDefinitionKeys) }),
    ...(tenantIds && { tenantIdIn: list(tenantIds) }),
  };
}

/** Tasks that wait for a worker. */
export function pendingQuery(question: Question): Query {
  return { ...fetchable(question), notLocked: 'true' };
}

/**
 * Tasks that a worker holds. One that waits for its retry looks locked, but for longer than a worker may lock it.
 * @param now ms since the epoch
 */
export function inFlightQuery(question: Question, now: number): Query {
  const lockEnd = new Date(now + question.lockDurationMs + CLOCK_SKEW_MS);
  return {
    ...fetchable(question),
    locked: 'true',
    lockExpirationBefore: lockEnd.toISOString().replace('Z', '+0000'),
  };
}

function list(values: readonly string[]): string;
function list(values: readonly string[] | undefined): string | undefined;
function list(values: readonly string[] | undefined): string | undefined {
  return values && [...new Set(values)].sort().join(',');
}
