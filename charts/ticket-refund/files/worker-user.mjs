/** The engine's user that the pools and the operator use, with no more rights than they need. */
import { engine } from './engine.mjs';
import { grant, PROCESS_DEFINITION } from './once.mjs';

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
export const grantWork = (userId, processKey) =>
  grant({ userId }, { resourceType: PROCESS_DEFINITION, resourceId: processKey, permissions: PERMISSIONS });
