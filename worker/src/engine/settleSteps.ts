/** What the engine's refusal to end a task means, and what is to be done then. Pure. */
import type { EngineErrorCode } from './errors.ts';

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
export const AMBIGUOUS: ReadonlySet<string | undefined> = new Set<EngineErrorCode>([
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

/** So long before its lock ends a task is reported as failed, which needs the lock: longer than any pause between tries. */
const REPORT_MS = 6_000;
/** How long a report is repeated that the engine answers with nothing but HTTP 500, as for a suspended process. */
const REPORT_ERRORS_MS = 5_000;

export interface Seen {
  /** Whether a `complete` was sent whose answer did not come. */
  mayHaveWorked: boolean;
  /** For how long there has been nothing but HTTP 500. */
  serverErrorsMs: number;
  /** Until the lock ends; negative once it has. */
  lockMs: number;
}

/** What to do after a failed `complete`. Pure. */
export function afterCompleteError(code: EngineErrorCode, seen: Seen): Step {
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
      // Another worker would begin the same once the lock is over, and so on for ever.
      if (seen.serverErrorsMs >= REPORT_ERRORS_MS && seen.lockMs < REPORT_MS) return { next: 'fail' };
      break;
    default:
  }
  return { next: 'again', mayHaveWorked: seen.mayHaveWorked || AMBIGUOUS.has(code) };
}

/** What to do after a failed `failure`. Pure. */
export function afterFailureError(
  code: EngineErrorCode,
  { mayHaveWorked, serverErrorsMs, lockMs }: Seen,
): Settlement | 'again' | 'giveBack' {
  switch (code) {
    case 'NOT_FOUND':
      return mayHaveWorked ? 'completed' : 'gone';
    case 'LOCKED_BY_OTHER':
      return 'lock_lost';
    case 'BAD_REQUEST':
      return 'abandoned';
    case 'SERVER_ERROR':
      return serverErrorsMs >= REPORT_ERRORS_MS || lockMs <= 0 ? 'giveBack' : 'again';
    default:
      return 'again';
  }
}
