import { describe, expect, it } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { type Bom, bundledPackages, withNode } from '../../crds/build/contents.ts';

describe('what a bundle contains', () => {
  const inputs = (...paths: string[]): Metafile => {
    const taken = Object.fromEntries(paths.map((path) => [path, { bytesInOutput: 1 }]));
    const read = Object.fromEntries(
      [...paths, '../node_modules/left-out/index.js'].map((path) => [path, { bytes: 1, imports: [] }]),
    );
    return { inputs: read, outputs: { 'main.mjs': { bytes: 1, inputs: taken, imports: [], exports: [] } } };
  };

  it('is each package once, scoped ones and those inside another included', () => {
    const metafile = inputs(
      'src/main.ts',
      '../node_modules/zod/v4/core.js',
      '../node_modules/zod/index.js',
      '../node_modules/@redis/client/dist/index.js',
      '../node_modules/winston/node_modules/async/each.js',
    );
    expect(bundledPackages(metafile, '/repo/worker')).toEqual([
      '/repo/node_modules/@redis/client',
      '/repo/node_modules/winston/node_modules/async',
      '/repo/node_modules/zod',
    ]);
  });

  it('is nothing of the own code', () => {
    expect(bundledPackages(inputs('src/main.ts', '../crds/src/pool.ts'), '/repo/worker')).toEqual([]);
  });

  it('has Node among the components, in the form that scanners of vulnerabilities look for', () => {
    const bom: Bom = { bomFormat: 'CycloneDX', components: [{ name: 'zod', version: '4.6.7' }] };
    const { components, bomFormat } = withNode(bom, '24.21.0');
    expect(bomFormat).toBe('CycloneDX');
    expect(components).toEqual([
      { name: 'zod', version: '4.6.7' },
      expect.objectContaining({
        name: 'node',
        purl: 'pkg:generic/node@24.21.0',
        cpe: 'cpe:2.3:a:nodejs:node.js:24.21.0:*:*:*:*:*:*:*',
      }),
    ]);
  });
});
