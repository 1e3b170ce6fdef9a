/** Writes the dashboard and the alert rules into the charts that install them, or with --check says what is out of date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../test/support/paths.ts';
import { dashboard } from './dashboard.ts';
import { rulesYaml } from './rules.ts';

const CHARTS = ['ticket-refund', 'fareruleworkerpool-operator'].map((chart) => join(ROOT, 'charts', chart));
/** How a chart puts its thresholds into the rules: written once, a chart can only contain files of its own folder. */
const TEMPLATE = join('templates', 'monitoring', '_rules.tpl');
const template = readFileSync(join(ROOT, 'charts', 'ticket-refund', TEMPLATE), 'utf8');

const generated = CHARTS.flatMap((chart): [path: string, text: string][] => [
  [join(chart, 'files', 'dashboard.json'), `${JSON.stringify(dashboard(), null, 2)}\n`],
  [join(chart, 'files', 'rules.yaml'), rulesYaml()],
  [join(chart, TEMPLATE), template],
]);

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
