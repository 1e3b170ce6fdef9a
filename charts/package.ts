/**
 * Packages the charts for a release, with the images that belong to it:
 *
 *     node charts/package.ts --images registry.example.com/team/pool \
 *       --operator-digest sha256:… --worker-digest sha256:… --engine-digest sha256:…   writes dist/charts/*.tgz
 *     node charts/package.ts --print-helm                       prints where Helm is
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../test/support/paths.ts';
import { run } from '../test/support/process.ts';
import { type ReleasedImage, releasedImage, releaseValues } from './releaseValues.ts';
import { buildHelm } from './tools/helm.ts';

const TARGET = join(ROOT, 'dist', 'charts');

const { values: options } = parseArgs({
  options: {
    'print-helm': { type: 'boolean', default: false },
    images: { type: 'string', default: '' },
    'operator-digest': { type: 'string', default: '' },
    'worker-digest': { type: 'string', default: '' },
    'engine-digest': { type: 'string', default: '' },
  },
});

const helm = await buildHelm();
if (options['print-helm']) process.stdout.write(`${helm}\n`);
else await packageCharts();

async function packageCharts(): Promise<void> {
  const operator = releasedImage(options.images, 'operator', options['operator-digest']);
  const worker = releasedImage(options.images, 'worker', options['worker-digest']);
  const engine = releasedImage(options.images, 'engine', options['engine-digest']);
  rmSync(TARGET, { recursive: true, force: true });
  await packageChart('fareruleworkerpool-crds', {});
  await packageChart('fareruleworkerpool-operator', { image: operator, workerImage: worker });
  // Its hook runs on the worker's image. The stand-in for a model is not published.
  await packageChart('ticket-refund', { 'engine.image': engine, 'process.tools.image': worker });
}

async function packageChart(name: string, images: Record<string, ReleasedImage>): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'frwp-chart-'));
  try {
    const chart = join(copy, name);
    cpSync(join(ROOT, 'charts', name), chart, { recursive: true });
    const path = join(chart, 'values.yaml');
    if (Object.keys(images).length > 0)
      writeFileSync(path, releaseValues(readFileSync(path, 'utf8'), images));
    process.stdout.write(await run(helm, ['package', chart, '--destination', TARGET]));
  } finally {
    rmSync(copy, { recursive: true });
  }
}
