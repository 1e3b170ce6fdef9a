/**
 * Keeps a task's lock while it is being decided, and tells when there is no
 * point in deciding it any more.
 *
 *   kept      extended at a third of its time, so that two tries can fail
 *             before it ends. What the engine says to that also tells whether
 *             the process still wants the task.
 *   lost      the task is gone (404), or another worker has it (400): `signal`
 *             is aborted and `lost` says which. Nothing must be sent for it.
 *   ending    it could not be extended, or may not be any more: `signal` is
 *             aborted when the time comes that completing needs.
 */
import { type EngineErrorCode, toEngineError } from './errors.ts';
import { extendLock, type LockedTask } from './externalTasks.ts';
import type { NodeSet } from './nodeSet.ts';

export interface LockKeeping {
  workerId: string;
  nodes: Pick<NodeSet, 'pick'>;
  lockDurationMs: number;
  /** Time kept free at the end of a lock for completing. Milliseconds. */
  marginMs: number;
  /** Longest time from the fetch of a task to the last extension of its lock. Milliseconds. */
  holdMs: number;
  /** False once this worker is stopping: it has to end within the lock. */
  mayExtend: () => boolean;
  onExtension: (result: Extension | 'failed') => void;
}

export interface KeptLock {
  /** Aborted when deciding has to end. */
  signal: AbortSignal;
  /** Until when deciding may take at most, on the clock of `performance.now()`; `signal` may come sooner. */
  deadline: number;
  /** Why nothing must be sent for this task; undefined while it is ours. */
  lost(): 'gone' | 'lock_lost' | undefined;
  /** To be called when the task is decided. */
  release(): void;
}

export type Extension = 'extended' | 'gone' | 'lock_lost';

/** What a failed extension means; `again` leaves the question open. Pure. */
export function afterExtensionError(code: EngineErrorCode): Extension | 'again' {
  switch (code) {
    case 'NOT_FOUND':
      return 'gone';
    // The engine extends no lock that has ended: the task is, or may be any moment, another worker's.
    case 'LOCKED_BY_OTHER':
    case 'BAD_REQUEST':
      return 'lock_lost';
    default:
      return 'again';
  }
}

const RETRY_MS = 1_000;

/** A call for every attempt, and a wait of at most 5 s between two. */
const LONGEST_WAIT_MS = 5_000;

/**
 * How long a task may be held: as long as all the calls that it may have can take, at least one lock. A decision never
 * needs longer, so a handler that hangs has its lock extended no further, and another worker gets the task.
 */
export function longestHoldMs(lockDurationMs: number, callTimeoutMs: number, maxAttempts: number): number {
  return Math.max(lockDurationMs, maxAttempts * (callTimeoutMs + LONGEST_WAIT_MS));
}

export function keepLock(locks: LockKeeping, task: LockedTask): KeptLock {
  const { lockDurationMs, marginMs, holdMs } = locks;
  const heldUntil = task.lockEnd - lockDurationMs + holdMs;
  const over = new AbortController();
  let lost: 'gone' | 'lock_lost' | undefined;
  let ending: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  let released = false;

  const release = () => {
    released = true;
    clearTimeout(ending);
    clearTimeout(next);
  };
  const end = () => {
    release();
    over.abort();
  };
  const plan = (extendInMs: number) => {
    clearTimeout(ending);
    ending = setTimeout(end, task.lockEnd - marginMs - performance.now());
    next = setTimeout(() => void extend(), extendInMs);
  };
  const extend = async () => {
    // The lock then ends by itself, and `ending` comes first.
    if (performance.now() >= heldUntil || !locks.mayExtend()) return;
    const node = locks.nodes.pick();
    const sentAt = performance.now();
    let result: Extension | 'again' = 'again';
    try {
      if (node) {
        await extendLock(node, task.id, locks.workerId, lockDurationMs);
        result = 'extended';
      }
    } catch (thrown) {
      result = afterExtensionError(toEngineError(thrown).code);
    }
    if (released) return;
    locks.onExtension(result === 'again' ? 'failed' : result);
    if (result === 'extended') {
      task.lockEnd = sentAt + lockDurationMs;
      return plan(lockDurationMs / 3);
    }
    if (result === 'again') return plan(Math.min(RETRY_MS, lockDurationMs / 10) * (0.5 + Math.random()));
    lost = result;
    end();
  };
  plan(task.lockEnd - performance.now() - (lockDurationMs * 2) / 3);
  return { signal: over.signal, deadline: heldUntil - marginMs, lost: () => lost, release };
}
