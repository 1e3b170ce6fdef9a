/** The arguments of `return-fallbacks`. Pure. */
import { parseArgs } from 'node:util';

export interface ReturnOptions {
  /** Say what would be done, and do nothing. */
  dryRun: boolean;
  /** Only reviews that were created since then. */
  since: Date | undefined;
  /** Return no more than this. */
  limit: number;
  /** Id of the user task in the process model where a person reviews. */
  userTask: string;
}

export const USAGE = `return-fallbacks: hands reviews that came from a failure of the LLM back to the model

  --dry-run          say what would be done, and do nothing
  --since=TIME       only reviews created since this time, such as 2026-11-25T08:00:00Z
  --limit=N          return at most N
  --user-task=ID     id of the user task in the process model (default task_manual_review)

Only what no person has touched is returned: unassigned, with llmError saying that the API, the key or the time was the
reason. Engine, credentials and topic are those of the worker's environment. Ends with 1 when something failed.
`;

/** @throws Error with a sentence about what is wrong. */
export function parseReturnArguments(args: readonly string[]): ReturnOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'dry-run': { type: 'boolean', default: false },
      since: { type: 'string' },
      limit: { type: 'string' },
      'user-task': { type: 'string', default: 'task_manual_review' },
    },
  });
  const since = values.since === undefined ? undefined : new Date(values.since);
  if (since && Number.isNaN(since.getTime())) {
    throw new Error('--since must be a time such as 2026-11-25T08:00:00Z');
  }
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
  if (values.limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
    throw new Error('--limit must be a whole number above 0');
  }
  return { dryRun: values['dry-run'], since, limit, userTask: values['user-task'] };
}
