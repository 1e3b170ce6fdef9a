/** One reconcile of one pool: observe → plan → execute → status. */
import { plan } from '../pool/plan.ts';
import { nextStatus } from '../pool/status.ts';
import type { Logger } from '../telemetry/log.ts';
import { forgetPool, tellPool } from '../telemetry/metrics.ts';
import { forgetState, tellState } from '../telemetry/poolState.ts';
import { execute } from './execute.ts';
import { observe, type Sources } from './observe.ts';
import type { StatusWriter } from './writeStatus.ts';

export interface Reconciler extends Sources {
  statusWriter: StatusWriter;
  /** Pools that wait for a reconcile. */
  waiting: () => number;
  log: Logger;
}

/** So many waiting pools are served before the good news of new ones are told. */
const CROWD = 50;

/** An object of somebody else is not watched: look again whether it has gone. */
const CONFLICT_RETRY_MS = 10_000;

/**
 * Brings the pool with this key to what its spec says.
 * @returns after how many milliseconds to look again without being told, if at all
 */
export async function reconcile(reconciler: Reconciler, key: string): Promise<number | undefined> {
  const { client, exporter, log, memories, poller, scraper, statusWriter, watches } = reconciler;
  const [namespace = '', name = ''] = key.split('/');
  const pool = watches.pools.get(name, namespace);
  if (!pool) {
    // Garbage collection removes what it owned.
    poller.forget(key);
    exporter?.forget(key);
    scraper.forget(key);
    watches.secrets.forget(key);
    statusWriter.forget(key);
    memories.delete(key);
    forgetPool(namespace, name);
    forgetState(namespace, name);
    return undefined;
  }
  const status = statusWriter.current(pool);
  const observation = await observe(reconciler, status ? { ...pool, status } : pool);
  const steps = plan(observation);
  let failure: unknown;
  try {
    await execute(client, log, key, steps, observation.now);
    // Only now: what was decided and not carried out is decided again.
    if (steps.scaling) memories.set(key, steps.scaling.memory);
  } catch (error) {
    failure = error;
  }
  const next = nextStatus(observation, steps, new Date().toISOString());
  tellPool(namespace, name, {
    replicas: next.replicas ?? 0,
    desiredReplicas: next.desiredReplicas,
    signals: next.scaling?.signals ?? [],
    fellBack: steps.scaling?.fellBack ?? false,
  });
  tellState(namespace, name, next, steps.spec.ok ? steps.spec.spec.llm.budget : undefined);
  const again = await statusWriter.write(pool, next, reconciler.waiting() >= CROWD);
  // Told after the status is written: a pool that cannot be applied still says what is known of it.
  if (failure !== undefined) throw failure;
  return soonest(
    again,
    steps.scaling?.lookAgainInMs,
    steps.conflicts.length > 0 ? CONFLICT_RETRY_MS : undefined,
  );
}

function soonest(...waits: (number | undefined)[]): number | undefined {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
