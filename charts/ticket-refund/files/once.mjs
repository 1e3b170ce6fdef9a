/** Makes things in the engine once: what is there is kept as it is, and two hooks may run at the same time. */
import { engine } from './engine.mjs';

/** Type 1 grants. */
const GRANT = 1;
/** Resources by the engine's numbers. */
export const APPLICATION = 0;
export const FILTER = 5;
export const PROCESS_DEFINITION = 6;

/**
 * Calls `make` unless `isDone` says that there is nothing to do.
 * @returns whether it was done now, and here
 * @throws what `make` throws, unless somebody else has done it meanwhile
 */
export async function once(isDone, make) {
  if (await isDone()) return false;
  try {
    await make();
    return true;
  } catch (error) {
    if (await isDone()) return false;
    throw error;
  }
}

/** Grants a right to `{ userId }` or `{ groupId }`. A grant that is there is kept, whatever it allows: a site may have changed it. */
export async function grant(holder, { resourceType, resourceId, permissions }) {
  const [[kind, id]] = Object.entries(holder);
  const who = `${kind}In=${encodeURIComponent(id)}`;
  const what = `resourceType=${resourceType}&resourceId=${encodeURIComponent(resourceId)}`;
  const isThere = async () => (await engine(`/authorization/count?type=${GRANT}&${who}&${what}`)).count > 0;
  const authorization = { type: GRANT, ...holder, resourceType, resourceId, permissions };
  if (await once(isThere, () => engine('/authorization/create', authorization)))
    console.log(`granted ${permissions.join(', ')} on ${resourceId} to ${id}`);
}
