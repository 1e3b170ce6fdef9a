/**
 * Pools that ask for the same tasks: each would count the other's work as its own.
 *
 * Pools of one namespace are believed. One of another namespace may name any engine; it has a share in the tasks there
 * only when that engine answers it, with its own credentials and at the URL that both name: at another URL of its own
 * list, anything may answer.
 */
import type { FareRuleWorkerPool, PoolSpec } from '../../../../crds/src/pool.ts';
import { engineURL } from '../engineURL.ts';

/** What decides whether two pools overlap, and which one is older. */
export interface PoolClaim {
  namespace: string;
  name: string;
  /** RFC 3339 as the API server writes it: sorts as text. */
  createdAt: string;
  engine: Pick<PoolSpec['engine'], 'urls' | 'topic' | 'processDefinitionKeys' | 'tenantIds'>;
  /** Engines, as `engineURL` writes them, that were asked for this pool and gave no answer. */
  unproven?: readonly string[];
}

export function claimOf({ metadata }: FareRuleWorkerPool, { engine }: PoolSpec): PoolClaim {
  const { namespace, name, creationTimestamp = '' } = metadata;
  return { namespace, name, createdAt: creationTimestamp, engine };
}

/** Two pools can only overlap where they have one of these in common. */
export function meetingPoints(claim: PoolClaim): string[] {
  return [...new Set(urlsOf(claim))].map((url) => `${claim.engine.topic} ${url}`);
}

export interface Overlap {
  /** The oldest pool with a share in our tasks, when that is another one: we hold. */
  older?: string;
  /** Younger pools that hold because of us. */
  younger: string[];
}

/** @param others may hold the pool itself, which is left out */
export function overlap(pool: PoolClaim, others: PoolClaim[]): Overlap {
  const rivals = others.filter((other) => nameOf(other) !== nameOf(pool) && sharesTasks(pool, other));
  const sorted = [pool, ...rivals].sort(byAge);
  const own = sorted.indexOf(pool);
  // Both sides judge the older of the two, so that they come to the same.
  const oldest = sorted.slice(0, own).find((older) => isBelieved(older, pool));
  return {
    ...(oldest && { older: nameOf(oldest) }),
    younger: sorted
      .slice(own + 1)
      .filter((younger) => isBelieved(pool, younger))
      .map(nameOf),
  };
}

/** Whether the older one's claim counts for the younger one. */
function isBelieved(older: PoolClaim, younger: PoolClaim): boolean {
  if (older.namespace === younger.namespace) return true;
  const proven = urlsOf(older).filter((url) => !older.unproven?.includes(url));
  return common(proven, urlsOf(younger));
}

const nameOf = ({ namespace, name }: PoolClaim) => `${namespace}/${name}`;

function byAge(a: PoolClaim, b: PoolClaim): number {
  const [first, second] = [[a.createdAt, nameOf(a)].join(' '), [b.createdAt, nameOf(b)].join(' ')];
  return first < second ? -1 : 1;
}

function sharesTasks(pool: PoolClaim, other: PoolClaim): boolean {
  const [{ engine: a }, { engine: b }] = [pool, other];
  return (
    a.topic === b.topic &&
    common(urlsOf(pool), urlsOf(other)) &&
    filtersMeet(a.processDefinitionKeys, b.processDefinitionKeys) &&
    filtersMeet(a.tenantIds, b.tenantIds)
  );
}

/** No filter is every task. */
function filtersMeet(a: string[] | undefined, b: string[] | undefined): boolean {
  return !a?.length || !b?.length || common(a, b);
}

const common = (a: string[], b: string[]) => a.some((item) => b.includes(item));

const urlsOf = ({ namespace, engine }: PoolClaim): string[] =>
  engine.urls.map((url) => engineURL(url, namespace));
