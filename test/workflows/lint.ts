/**
 * Checks the workflows of .github/ with actionlint, and that every action is named by a commit:
 * a tag can be moved to other code.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goTool } from '../../charts/tools/goTool.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { unpinned } from './pins.ts';

const FOLDER = join(ROOT, '.github', 'workflows');

const actionlint = await goTool(
  'actionlint',
  import.meta.dirname,
  'github.com/rhysd/actionlint/cmd/actionlint',
);
const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
// Whether shellcheck and pyflakes are installed must not decide whether the check passes.
await run(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=', ...files]);
for (const file of files) {
  for (const line of unpinned(readFileSync(file, 'utf8'))) {
    process.stderr.write(`${file}: not pinned to a commit with its version beside it: ${line}\n`);
    process.exitCode = 1;
  }
}
