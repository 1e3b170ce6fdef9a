/** Writes the dashboard and the alert rules into the chart that installs them, or with --check says what is out of date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../test/support/paths.ts';
import { dashboard } from './dashboard.ts';
import { rulesYaml } from './rules.ts';

const FILES = join(ROOT, 'charts', 'ticket-refund', 'files');

const generated: [path: string, text: string][] = [
  [join(FILES, 'dashboard.json'), `${JSON.stringify(dashboard(), null, 2)}\n`],
  [join(FILES, 'rules.yaml'), rulesYaml()],
];

for (const [path, text] of generated) {
  const name = path.slice(ROOT.length + 1);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${name} is not up to date: run \`make generate\` and commit the result\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`wrote ${name}\n`);
  }
}
