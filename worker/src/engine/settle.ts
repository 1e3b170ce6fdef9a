/**
 * Ends a task at the engine, and does not stop before it is known how it
 * ended. Repeating a request is harmless: a task that is complete is gone, so
 * the repetition is answered 404.
 */
import type { EngineVariable } from '../outcome.ts';
import { pause } from '../pause.ts';
import { type EngineError, type EngineErrorCode, toEngineError } from './errors.ts';
import { completeTask, type Failure, failTask, type LockedTask, unlockTask } from './externalTasks.ts';
import type { NodeSet } from './nodeSet.ts';
import type { EngineNode } from './nodes.ts';

/** How a task ended for this worker. */
export type Settlement =
  | 'completed'
  /** The process no longer wants it: cancelled, or ended by a timer. */
  | 'gone'
  /** Its lock ran out and another worker has it now. */
  | 'lock_lost'
  /** Reported as failed: the engine offers it again later, or has made an incident. */
  | 'failed'
  /** Given back untouched. */
  | 'returned'
  /** Its outcome never became known; its lock ends by itself. */
  | 'abandoned';

export type Step =
  | { next: 'again'; mayHaveWorked: boolean }
  | { next: 'done'; settlement: Settlement }
  /** It can never succeed: report a failure. */
  | { next: 'fail' };

/** After these it is not known whether the request was carried out. */
const AMBIGUOUS: ReadonlySet<EngineErrorCode> = new Set([
  'NO_ANSWER',
  'UNAVAILABLE',
  'SERVER_ERROR',
  'UNEXPECTED_RESPONSE',
]);
/**
 * A fault in the process model behind the task answers so for ever, an engine whose database is started anew for some
 * seconds. Milliseconds.
 */
const SERVER_ERRORS_MS = 30_000;

/** What to do after a failed `complete`. Pure. `serverErrorsMs`: for how long there has been nothing but HTTP 500. */
export function afterCompleteError(
  code: EngineErrorCode,
  seen: { mayHaveWorked: boolean; serverErrorsMs: number },
): Step {
  switch (code) {
    case 'NOT_FOUND':
      return { next: 'done', settlement: seen.mayHaveWorked ? 'completed' : 'gone' };
    case 'LOCKED_BY_OTHER':
      return { next: 'done', settlement: 'lock_lost' };
    case 'BAD_REQUEST':
    case 'VALUE_TOO_LARGE':
      return { next: 'fail' };
    case 'SERVER_ERROR':
      if (seen.serverErrorsMs >= SERVER_ERRORS_MS) return { next: 'fail' };
      break;
    default:
  }
  return { next: 'again', mayHaveWorked: seen.mayHaveWorked || AMBIGUOUS.has(code) };
}

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
  let failingSince: number | undefined;
  for await (const node of attempts(settler)) {
    try {
      await completeTask(node, task.id, settler.workerId, variables);
      return 'completed';
    } catch (thrown) {
      const error = toEngineError(thrown);
      settler.onError('complete', error);
      const now = performance.now();
      failingSince = error.code === 'SERVER_ERROR' ? (failingSince ?? now) : undefined;
      const serverErrorsMs = now - (failingSince ?? now);
      const step = afterCompleteError(error.code, { mayHaveWorked, serverErrorsMs });
      if (step.next === 'done') return step.settlement;
      if (step.next === 'fail') return fail(settler, task, notStored(task, error));
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

/** Reports a task as failed. Never throws. Repeating it is harmless: it says what is left, not one less. */
export async function fail(settler: Settler, task: LockedTask, failure: Failure): Promise<Settlement> {
  for await (const node of attempts(settler)) {
    try {
      await failTask(node, task.id, settler.workerId, failure);
      return 'failed';
    } catch (thrown) {
      const error = toEngineError(thrown);
      settler.onError('failure', error);
      if (error.code === 'NOT_FOUND') return 'gone';
      if (error.code === 'LOCKED_BY_OTHER') return 'lock_lost';
      if (error.code === 'BAD_REQUEST') return 'abandoned';
    }
  }
  return 'abandoned';
}

/** Gives a task back so that another worker can have it at once. Never throws. */
export async function giveBack(settler: Settler, task: LockedTask): Promise<Settlement> {
  for await (const node of attempts(settler)) {
    // The engine unlocks for anybody: once our lock is over the task may be another's.
    if (performance.now() >= task.lockEnd) return 'abandoned';
    try {
      await unlockTask(node, task.id);
      return 'returned';
    } catch (thrown) {
      const error = toEngineError(thrown);
      settler.onError('unlock', error);
      if (error.code === 'NOT_FOUND') return 'gone';
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
