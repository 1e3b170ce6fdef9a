/** The hook of charts/ticket-refund that deploys the process, run as its Job runs it: its scripts with node, and variables. */
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import type { BasicAuth } from './camunda.ts';

const SCRIPT = join(ROOT, 'charts/ticket-refund/files/deploy-process.mjs');

/**
 * @param baseURL of the engine's REST API
 * @param ldap whether users and groups are in a directory, as the value engine.ldap.enabled
 * @returns what it printed
 * @throws Error with the end of its output when it fails
 */
export const runDeployHook = (baseURL: string, administrator: BasicAuth, ldap = false): Promise<string> =>
  run(process.execPath, [SCRIPT], {
    env: {
      ENGINE_URL: baseURL,
      ENGINE_USERNAME: administrator.username,
      ENGINE_PASSWORD: administrator.password,
      TIMEOUT_SECONDS: '60',
      PREPARE_REVIEWS: 'true',
      ...(ldap ? {} : { MAKE_REVIEW_GROUPS: 'true' }),
    },
  });
