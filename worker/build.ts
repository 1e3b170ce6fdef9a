/**
 * Bundles the worker into one file, `dist/main.mjs`, with the licences and the bill of
 * materials of what is inside beside it: `node build.ts`. Needs the worker's own
 * dependencies, nothing else, so that the image builds quickly.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { billOfMaterials, writeContents } from '../crds/build/contents.ts';

const here = import.meta.dirname;
const outdir = join(here, 'dist');

const { metafile } = await build({
  // Paths are noted relative to it: the same bundle from wherever it is built.
  absWorkingDir: here,
  entryPoints: [join(here, 'src/main.ts')],
  outfile: join(outdir, 'main.mjs'),
  bundle: true,
  // `debug` takes it where somebody else has installed it: the bundle must not depend on that.
  external: ['supports-color'],
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // Half the text to keep in memory; names stay, for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  plugins: [billOfMaterials()],
  // CommonJS packages call `require` for Node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

writeContents(outdir, here, metafile);
