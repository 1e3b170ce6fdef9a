/**
 * Tasks that the engine has locked for this worker and that the worker does
 * not know: the answer of the poll that took them was lost, or the container
 * that held them has crashed and this one has its name. They are given back,
 * so that nothing waits for a lock that nobody works under.
 */
import { z } from 'zod';
import { pause } from '../pause.ts';
import { EngineError } from './errors.ts';
import { unlockTask } from './externalTasks.ts';
import type { NodeSet } from './nodeSet.ts';
import type { EngineNode } from './nodes.ts';

const heldSchema = z.array(
  z.object({
    id: z.string().min(1),
    retries: z.int().nullish(),
    lockExpirationTime: z.string().nullish(),
  }),
);
type Held = z.output<typeof heldSchema>[number];

export interface Orphanage {
  nodes: Pick<NodeSet, 'pick'>;
  workerId: string;
  topic: string;
  /** Whether this worker works on the task. */
  knows: (taskId: string) => boolean;
  /** Longer than an answer is on its way: what is locked before and unknown after it is nobody's. 0 where none is. */
  transitMs: number;
  signal: AbortSignal;
}

/** Short: a worker that starts asks this first. */
const REQUEST_TIMEOUT_MS = 3_000;
const MOST = 1_000;
/** A lock that ends within this time is left to end. */
const SOON_MS = 1_000;

/**
 * Gives back what is locked and unknown, twice looked at where answers may be on their way, and returns how many tasks
 * that were.
 * @throws EngineError
 */
export async function giveBackOrphans(orphanage: Orphanage): Promise<number> {
  const { nodes, workerId, topic, knows, transitMs, signal } = orphanage;
  const node = nodes.pick();
  if (!node) return 0;
  const before = await heldBy(node, workerId, topic);
  if (orphansOf(before, before, knows).length === 0) return 0;
  if (transitMs > 0) await pause(transitMs, signal);
  if (signal.aborted) return 0;
  const orphans = orphansOf(before, transitMs > 0 ? await heldBy(node, workerId, topic) : before, knows);
  let count = 0;
  for (const orphan of orphans) {
    // Each takes its time, and another worker may have a task once its lock has ended: the engine unlocks for anybody.
    const back = await unlockTask(node, orphan.id, lockEnd(orphan)).then(() => true, tooLate);
    if (back) count += 1;
  }
  return count;
}

/**
 * Until when the lock holds for as long as a request takes, on the clock of `performance.now()`. The engine's clock
 * decides: one that is behind ours leaves locks to end by themselves.
 */
function lockEnd({ lockExpirationTime }: Held): number {
  return performance.now() + Date.parse(lockExpirationTime ?? '') - Date.now() - SOON_MS;
}

/** @throws whatever else it was */
function tooLate(error: unknown): false {
  if (error instanceof EngineError && error.code === 'TOO_LATE') return false;
  throw error;
}

/**
 * Those that are held under the same lock both times and not known. Pure. A task that has failed before is left
 * alone: the engine also calls it locked while it waits for its retry.
 */
export function orphansOf(
  before: readonly Held[],
  after: readonly Held[],
  knows: (taskId: string) => boolean,
): Held[] {
  const lockOf = new Map(before.map(({ id, lockExpirationTime }) => [id, lockExpirationTime]));
  return after.filter(({ id, retries, lockExpirationTime }) => {
    const sameLock = lockOf.has(id) && lockOf.get(id) === lockExpirationTime;
    return sameLock && (retries ?? undefined) === undefined && !knows(id);
  });
}

async function heldBy(node: EngineNode, workerId: string, topic: string): Promise<Held[]> {
  const query = new URLSearchParams({ workerId, topicName: topic, locked: 'true', maxResults: String(MOST) });
  const answer = heldSchema.safeParse(
    await node.request({
      method: 'GET',
      path: `/external-task?${query}`,
      expected: 200,
      timeoutMs: REQUEST_TIMEOUT_MS,
    }),
  );
  if (!answer.success) throw new EngineError('UNEXPECTED_RESPONSE', 200);
  return answer.data;
}
