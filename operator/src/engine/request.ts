/** A call to an engine beside the counts of its external tasks: what is asked, and how the answer is read. */
import type { Query } from './question.ts';

export interface EngineRequest<T> {
  /** Below the base URL. */
  path: string;
  params?: Query;
  /** Sent as JSON with a POST; without it, a GET. */
  body?: object;
  /** What is expected, in words: "a count". */
  expected: string;
  /** Undefined for an answer that is something else. */
  read(body: unknown): T | undefined;
  /** Longest answer that is read. */
  maxBytes: number;
  /** Longest wait for the answer. Left out: as long as for a count. */
  timeoutMs?: number;
}

/** A time as the engine takes it. @param ms since the epoch */
export const engineTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

/** The answer of every path that ends in `/count`. */
export function countOf(body: unknown): number | undefined {
  const value = (body as { count?: unknown } | null)?.count;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
