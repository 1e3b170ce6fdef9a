/** One program as one file for Node, with what it imports; by esbuild's command, for esbuild refuses to run inside Jest. */
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

/** CommonJS packages call `require` for Node's own modules; an ES module has none. */
const BANNER =
  "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);";

/** Bundles `entry`, wherever it is, with the packages that a workspace of the repository sees. */
export async function bundle(entry: string, outfile: string, workspace: string): Promise<void> {
  const packages = [join(ROOT, workspace, 'node_modules'), join(ROOT, 'node_modules')];
  const flags = ['--bundle', '--platform=node', '--format=esm', '--target=node24', '--log-level=warning'];
  await run(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [entry, ...flags, `--banner:js=${BANNER}`, `--outfile=${outfile}`],
    { env: { NODE_PATH: packages.join(':') } },
  );
}
