/** The worker's lines in the form that Elastic takes as it is. */
import { toEcs } from '@farerules/crds/ecs';
import { ORIGINAL } from './auditChain.ts';

const service = 'fareruleworkerpool-worker';
/** Of a record, what is to be looked up in the record itself: what chains it, and texts that are long. */
const IN_THE_RECORD: ReadonlySet<string> = new Set([
  'chain',
  'seq',
  'prev',
  'after',
  'hash',
  'input',
  'output',
]);

export const ecsLine = (line: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  toEcs(line, { service });

/**
 * An audit record as a line of the log. The record itself is in it unchanged: it is what its hash was made of.
 * @param record as JSON
 */
export function ecsRecord(record: string): string {
  const fields = JSON.parse(record) as Record<string, unknown>;
  return JSON.stringify({ ...toEcs(fields, { service, without: IN_THE_RECORD }), [ORIGINAL]: record });
}
