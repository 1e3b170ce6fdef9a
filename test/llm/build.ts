/**
 * Bundles the stand-in into one file, `dist/main.mjs`, with the licences and the bill of materials of what is inside
 * beside it: `node test/llm/build.ts`. For its image; the tests start `main.ts` itself.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { billOfMaterials, writeContents } from '../../crds/build/contents.ts';

const here = import.meta.dirname;
const outdir = join(here, 'dist');

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: [join(here, 'main.ts')],
  outfile: join(outdir, 'main.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'none',
  metafile: true,
  plugins: [billOfMaterials()],
  logLevel: 'warning',
});

writeContents(outdir, here, metafile);
