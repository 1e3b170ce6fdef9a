/** What the engine's history says of a process instance, as far as its trace needs it. */
import { z } from 'zod';
import type { NodeSet } from './nodeSet.ts';

const REQUEST_TIMEOUT_MS = 5_000;

const date = z.string().transform((text, context) => {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'is not a date' });
  return z.NEVER;
});
const instanceSchema = z.object({ startTime: date, endTime: date.nullish() });

/**
 * Start and end of a process, milliseconds since 1970 on the engine's clock; undefined where the engine does not say:
 * it is away, keeps no history, or its user may not read it. Never rejects.
 */
export async function instanceTimes(
  nodes: Pick<NodeSet, 'pick'>,
  processInstanceId: string,
): Promise<{ started: number; ended: number | undefined } | undefined> {
  const path = `/history/process-instance/${encodeURIComponent(processInstanceId)}`;
  try {
    const body = await nodes
      .pick()
      ?.request({ method: 'GET', path, expected: 200, timeoutMs: REQUEST_TIMEOUT_MS });
    const { success, data } = instanceSchema.safeParse(body);
    return success ? { started: data.startTime, ended: data.endTime ?? undefined } : undefined;
  } catch {
    return undefined;
  }
}
