/**
 * Ends a task at the engine, and does not stop before it is known how it
 * ended. Repeating a request is harmless: a task that is complete is gone, so
 * the repetition is answered 404.
 */
import type { EngineVariable } from '../outcome.ts';
import { pause } from '../pause.ts';
import { type EngineError, toEngineError } from './errors.ts';
import {
  completeTask,
  type Failure,
  failTask,
  holderOf,
  type LockedTask,
  unlockTask,
} from './externalTasks.ts';
import type { NodeSet } from './nodeSet.ts';
import type { EngineNode } from './nodes.ts';
import { AMBIGUOUS, afterCompleteError, afterFailureError, type Settlement } from './settleSteps.ts';

export type { Settlement };

export interface Settler {
  workerId: string;
  nodes: Pick<NodeSet, 'pick'>;
  /** Aborted when the worker has to end now. */
  giveUp: AbortSignal;
  onError: (operation: 'complete' | 'failure' | 'unlock', error: EngineError) => void;
}

/** Default of the engine's own documentation for a task that never failed before. */
const DEFAULT_RETRIES = 3;
const RETRY_TIMEOUT_MS = 5 * 60_000;
/** Longer than an engine's restart; by then the lock is long over and another worker has decided. */
const GIVE_UP_MS = 10 * 60_000;

/** Completes a task. Never throws. */
export async function complete(
  settler: Settler,
  task: LockedTask,
  variables: Record<string, EngineVariable>,
): Promise<Settlement> {
  let mayHaveWorked = false;
  const serverErrorsMs = serverErrors();
  for await (const node of attempts(settler)) {
    try {
      await completeTask(node, task.id, settler.workerId, variables);
      return 'completed';
    } catch (thrown) {
      const error = toEngineError(thrown);
      settler.onError('complete', error);
      const seen = { mayHaveWorked, serverErrorsMs: serverErrorsMs(error), lockMs: lockMs(task) };
      const step = afterCompleteError(error.code, seen);
      if (step.next === 'done') return step.settlement;
      if (step.next === 'fail') return fail(settler, task, notStored(task, error), mayHaveWorked);
      mayHaveWorked = step.mayHaveWorked;
    }
  }
  return 'abandoned';
}

function notStored({ retries }: LockedTask, cause: EngineError): Failure {
  return {
    errorMessage: `the decision could not be stored: ${cause.message}`,
    retries: Math.max(0, (retries ?? DEFAULT_RETRIES) - 1),
    retryTimeoutMs: RETRY_TIMEOUT_MS,
  };
}

/** A clock of nothing but HTTP 500: for how long it has been so, milliseconds. */
function serverErrors(): (error: EngineError) => number {
  let since: number | undefined;
  return ({ code }) => {
    const now = performance.now();
    since = code === 'SERVER_ERROR' ? (since ?? now) : undefined;
    return now - (since ?? now);
  };
}

const lockMs = ({ lockEnd }: LockedTask): number => lockEnd - performance.now();

/**
 * Reports a task as failed. Never throws. Repeating it is harmless: it says what is left, not one less.
 * @param mayHaveWorked whether it was completed before, perhaps.
 */
export async function fail(
  settler: Settler,
  task: LockedTask,
  failure: Failure,
  mayHaveWorked = false,
): Promise<Settlement> {
  const serverErrorsMs = serverErrors();
  for await (const node of attempts(settler)) {
    try {
      await failTask(node, task.id, settler.workerId, failure);
      return 'failed';
    } catch (thrown) {
      const error = toEngineError(thrown);
      settler.onError('failure', error);
      const seen = { mayHaveWorked, serverErrorsMs: serverErrorsMs(error), lockMs: lockMs(task) };
      const next = afterFailureError(error.code, seen);
      if (next === 'giveBack') return giveBack(settler, task, mayHaveWorked);
      if (next !== 'again') return next;
    }
  }
  return 'abandoned';
}

/**
 * Gives a task back so that another worker can have it at once. Never throws.
 * @param mayHaveWorked as for `fail`.
 */
export async function giveBack(
  settler: Settler,
  task: LockedTask,
  mayHaveWorked = false,
): Promise<Settlement> {
  let mayBeBack = false;
  for await (const node of attempts(settler)) {
    try {
      // The engine unlocks for anybody: the task may be another's once it is given back, or our lock is over.
      if (mayBeBack && (await holderOf(node, task.id)) !== settler.workerId) return 'returned';
      if (lockMs(task) <= 0) return 'abandoned';
      await unlockTask(node, task.id, task.lockEnd);
      return 'returned';
    } catch (thrown) {
      const error = toEngineError(thrown);
      if (error.code === 'TOO_LATE') return 'abandoned';
      settler.onError('unlock', error);
      if (error.code === 'NOT_FOUND') return mayHaveWorked ? 'completed' : 'gone';
      mayBeBack ||= AMBIGUOUS.has(error.code);
    }
  }
  return 'abandoned';
}

/**
 * The node to ask at each try. When the first has gone and another answers, that one is asked at once; otherwise
 * there are growing, jittered pauses in between.
 */
async function* attempts({ nodes, giveUp }: Settler): AsyncGenerator<EngineNode> {
  const end = performance.now() + GIVE_UP_MS;
  let last: EngineNode | undefined;
  for (let attempt = 0; performance.now() < end; attempt += 1) {
    const node = nodes.pick(last);
    if (node) yield node;
    if (giveUp.aborted) return;
    const movedOn = attempt === 0 && node?.ailing === true && nodes.pick(node)?.ailing === false;
    last = node;
    if (!movedOn) await pause(Math.min(5_000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2), giveUp);
    if (giveUp.aborted) return;
  }
}
