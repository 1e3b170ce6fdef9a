/**
 * Bundles the worker into one file, `dist/main.mjs`, with the licences of what
 * is inside beside it: `node build.ts`. Needs esbuild and the worker's own
 * dependencies, nothing else, so that the image builds quickly.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outdir = join(here, 'dist');

const { metafile } = await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile: join(outdir, 'main.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // Half the text to keep in memory; names stay, for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  // CommonJS packages call `require` for Node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

writeFileSync(join(outdir, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)));

/** The licence texts of all packages that the bundle contains, in the order of their names. */
function licences(inputs: string[]): string {
  const roots = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  return [...roots]
    .sort()
    .map(licence)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licence(root: string): string {
  const directory = resolve(root);
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  const path = file ? join(directory, file) : '';
  const text = existsSync(path) ? readFileSync(path, 'utf8') : `No text in ${relative(here, directory)}.\n`;
  return `${name} ${version} (${license})\n\n${text}`;
}
