/** What a call to the model says about how many may be in flight. Pure. */
import type { CallRecord } from '../llm/analyze.ts';
import type { LlmErrorCode } from '../llm/errors.ts';
import type { Signal } from './aimd.ts';

/** Fewer calls at once may help against these. */
const OVERLOADED: ReadonlySet<LlmErrorCode> = new Set([
  'RATE_LIMITED',
  'SERVER_ERROR',
  'TIMEOUT',
  'CONNECTION',
]);

/** Undefined where it says nothing: a refused key, a request that is wrong, a call that was cancelled. */
export function signalOf({
  verdict,
  answer,
  durationMs,
}: Pick<CallRecord, 'verdict' | 'answer' | 'durationMs'>): Signal | undefined {
  // Whatever it says, an answer came.
  if (answer) return { kind: 'good', durationMs };
  return 'error' in verdict && OVERLOADED.has(verdict.error.code)
    ? { kind: 'overloaded', durationMs }
    : undefined;
}
