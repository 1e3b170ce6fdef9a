/** The engine's user that the pools and the operator use, with no more rights than they need. */
import { engine } from './engine.mjs';

/** Type 1 grants; resource 6 is a process definition. */
const GRANT = 1;
const PROCESS_DEFINITION = 6;
const PERMISSIONS = ['READ_INSTANCE', 'UPDATE_INSTANCE', 'READ_HISTORY'];

/**
 * Whether the pools' user is the engine's administrator, who is made already and may do everything.
 * @throws Error where the two Secrets have one user and two passwords: making the one would lock out the other
 */
export function isAdministrator(username, password, { ENGINE_USERNAME, ENGINE_PASSWORD }) {
  if (username !== ENGINE_USERNAME) return false;
  if (password === ENGINE_PASSWORD) return true;
  throw new Error(`the Secrets of the administrator and of the pools' user name one user, ${username}, with two passwords`);
}

/** Makes the user, or tells the engine the password that the Secret has now. */
export async function makeUser(id, password) {
  const { count } = await engine(`/user/count?id=${encodeURIComponent(id)}`);
  if (count === 0) {
    const profile = { id, firstName: 'FareRuleWorkerPool', lastName: 'Workers' };
    await engine('/user/create', { profile, credentials: { password } });
    console.log(`made the user ${id}`);
  } else {
    // The engine asks the caller for his own password, too.
    const credentials = { password, authenticatedUserPassword: process.env.ENGINE_PASSWORD };
    await engine(`/user/${encodeURIComponent(id)}/credentials`, credentials, 'PUT');
    // Workers that had the new password first were refused, and the engine locks a user out for that: at last for ever.
    await engine(`/user/${encodeURIComponent(id)}/unlock`, undefined, 'POST');
  }
}

/** Grants the rights on one process; a grant that is there is kept. */
export async function grant(userId, resourceId) {
  const query = `type=${GRANT}&userIdIn=${encodeURIComponent(userId)}&resourceType=${PROCESS_DEFINITION}`;
  const { count } = await engine(`/authorization/count?${query}&resourceId=${resourceId}`);
  if (count > 0) return;
  await engine('/authorization/create', {
    type: GRANT,
    userId,
    resourceType: PROCESS_DEFINITION,
    resourceId,
    permissions: PERMISSIONS,
  });
  console.log(`granted ${PERMISSIONS.join(', ')} on ${resourceId} to ${userId}`);
}
