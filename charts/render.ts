/**
 * Writes what is derived from the charts: manifests/ for those who install without Helm, the copy of the CRDs'
 * chart inside of the operator's, and each chart's README.md:
 *
 *     node charts/render.ts           writes the files
 *     node charts/render.ts --check   fails when one of them is not up to date
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../test/support/paths.ts';
import { GENERATORS, leftOver } from './generated.ts';

const onlyCheck = process.argv.includes('--check');

const wrong = leftOver();
if (!onlyCheck) for (const path of wrong) rmSync(join(ROOT, path));

for (const generate of GENERATORS) {
  for (const [path, content] of Object.entries(await generate())) {
    const file = join(ROOT, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    wrong.push(path);
    if (onlyCheck) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

if (!onlyCheck) {
  for (const path of wrong) process.stdout.write(`wrote ${path}\n`);
} else if (wrong.length > 0) {
  for (const path of wrong) {
    process.stderr.write(`${path} is not up to date: run \`make generate\` and commit the result\n`);
  }
  process.exitCode = 1;
}
