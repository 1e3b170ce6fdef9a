/** Commands of the worker's image, beside working: `node main.mjs return-fallbacks`, `… verify-audit FILE`. */
import type { Config } from '../config.ts';
import { Credentials } from '../credentials.ts';
import { createEngineAuth, engineFiles } from '../engine/auth.ts';
import { EngineError, toEngineError } from '../engine/errors.ts';
import type { NodeSet } from '../engine/nodeSet.ts';
import type { EngineNode } from '../engine/nodes.ts';
import type { Send } from '../engine/reviews.ts';
import { engineNodes } from '../engine/setUp.ts';
import { parseReturnArguments, type ReturnOptions, USAGE } from './arguments.ts';
import { returnFallbacks } from './returnFallbacks.ts';
import { verifyAudit } from './verifyAudit.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** Tries for a request that changes nothing. */
const READ_TRIES = 3;

/** Returns the exit code: 0, 1 when something failed, 2 when the command is not understood. */
export async function runCommand(name: string, args: readonly string[], config: Config): Promise<number> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (name === 'verify-audit') return verifyAudit(args, say);
  let options: ReturnOptions;
  try {
    if (name !== 'return-fallbacks') throw new Error(`there is no command ${JSON.stringify(name)}`);
    options = parseReturnArguments(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const credentials = new Credentials(config.CREDENTIALS_DIR, engineFiles(config).all);
  await credentials.reload();
  const auth = createEngineAuth(config, credentials);
  const nodes = engineNodes(config, auth, credentials);
  await nodes.open(() => {});
  try {
    const { failed } = await returnFallbacks({
      send: sender(nodes),
      topic: config.CAMUNDA_TOPIC,
      query: {
        userTask: options.userTask,
        processDefinitionKeys: config.CAMUNDA_PROCESS_DEFINITION_KEYS,
        tenantIds: config.CAMUNDA_TENANT_IDS,
        since: options.since,
      },
      dryRun: options.dryRun,
      limit: options.limit,
      say,
    });
    return failed > 0 ? 1 : 0;
  } catch (thrown) {
    process.stderr.write(`the reviews cannot be listed: ${toEngineError(thrown).message}\n`);
    return 1;
  } finally {
    nodes.close();
    auth.close();
  }
}

/** Asks a node that answers. Reading is tried on several; a change is not repeated, the next run sees what came of it. */
function sender(nodes: NodeSet): Send {
  return async (request) => {
    let last: EngineNode | undefined;
    for (let left = request.method === 'GET' ? READ_TRIES : 1; ; ) {
      const node = nodes.pick(last);
      if (!node) throw new EngineError('UNREACHABLE');
      try {
        return await node.request({ ...request, timeoutMs: REQUEST_TIMEOUT_MS });
      } catch (error) {
        left -= 1;
        if (left === 0 || !node.ailing) throw error;
        last = node;
      }
    }
  };
}
