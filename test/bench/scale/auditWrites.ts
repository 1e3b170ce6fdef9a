/** API writes of one user, from the API server's audit log. */
import { textSince } from '../../support/auditLog.ts';

interface AuditEvent {
  stage: string;
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; subresource?: string };
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** Asking whether a user may do something is a POST, but it stores nothing; a Lease is a sign of life. */
const NOT_COUNTED = new Set(['subjectaccessreviews', 'selfsubjectaccessreviews', 'tokenreviews', 'leases']);

/** The writes of a user since a place in the log, as `verb resource`. */
export const writesSince = (log: string, from: number, user: string): string[] =>
  writesIn(textSince(log, from), user);

/** Pure: the writes in lines of an audit log, without the unfinished last one. */
export function writesIn(lines: string, user: string): string[] {
  return lines
    .slice(0, lines.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.includes(user))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.user.username === user && event.stage === 'ResponseComplete')
    .filter(({ verb, objectRef }) => WRITES.has(verb) && !NOT_COUNTED.has(objectRef?.resource ?? ''))
    .map(({ verb, objectRef }) =>
      [verb, [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')].join(' '),
    );
}
