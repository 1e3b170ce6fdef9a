/**
 * What is inside a bundle, for those who have to answer for it: the licence texts (LICENSES.txt) and a bill
 * of materials in CycloneDX (sbom.cdx.json), both from esbuild's own list of what it took. Beside the shared
 * contract, because both images are built from this folder and one more.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild';
import type { Metafile, Plugin } from 'esbuild';

const SBOM = 'sbom.cdx.json';

/** Lists the packages of the bundle; without time and serial number, so that the same source gives the same file. */
export function billOfMaterials(): Plugin {
  return cyclonedxEsbuildPlugin({ outputFile: SBOM, outputReproducible: true, specVersion: '1.6' });
}

/**
 * Completes the bill of materials with Node, and writes the licence texts.
 * @param outdir where the bundle is
 * @param directory that the paths of the metafile are relative to
 */
export function writeContents(outdir: string, directory: string, metafile: Metafile): void {
  const path = join(outdir, SBOM);
  const bom = JSON.parse(readFileSync(path, 'utf8')) as Bom;
  writeFileSync(path, `${JSON.stringify(withNode(bom, process.versions.node), null, 2)}\n`);
  writeFileSync(join(outdir, 'LICENSES.txt'), licences(bundledPackages(metafile, directory)));
}

export interface Bom {
  components: { name: string; version?: string; [key: string]: unknown }[];
  [key: string]: unknown;
}

/** Pure: the image runs the bundle with the Node that built it. */
export function withNode(bom: Bom, version: string): Bom {
  const node = {
    type: 'platform',
    name: 'node',
    version,
    'bom-ref': `node@${version}`,
    licenses: [{ license: { id: 'MIT', acknowledgement: 'declared' } }],
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl: `pkg:generic/node@${version}`,
  };
  return { ...bom, components: [...bom.components, node] };
}

/** Folders of the packages that the bundle has code of, in the order of their names. */
export function bundledPackages(metafile: Metafile, directory: string): string[] {
  // Of the outputs: the inputs also name what was read and then left out as a whole.
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const roots = inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  return [...new Set(roots)].sort().map((root) => resolve(directory, root));
}

function licences(packages: string[]): string {
  return packages.map(licence).join(`\n${'-'.repeat(80)}\n\n`);
}

function licence(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  const path = file ? join(directory, file) : '';
  const text = existsSync(path) ? readFileSync(path, 'utf8') : 'The package has no licence text.\n';
  return `${name} ${version} (${license})\n\n${text}`;
}
