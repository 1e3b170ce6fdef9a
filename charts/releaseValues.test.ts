import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../test/support/paths.ts';
import { releasedImage, releaseValues } from './releaseValues.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the values of a released chart', () => {
  const values = [
    'image:',
    '  # -- Registry of the image.',
    '  registry: docker.io',
    '  repository: fareruleworkerpool/operator',
    '  digest: ""',
    'replicas: 2',
    '',
  ].join('\n');

  it('name the image by its digest and keep the rest, comments included', () => {
    const image = releasedImage('registry.example.com/team/pool', 'operator', DIGEST);
    const released = releaseValues(values, { image });
    expect(parse(released)).toEqual({
      image: { registry: 'registry.example.com', repository: 'team/pool/operator', digest: DIGEST },
      replicas: 2,
    });
    expect(released).toContain('# -- Registry of the image.');
  });

  it('are refused where the chart has no such image', () => {
    const image = releasedImage('registry.example.com/pool', 'worker', DIGEST);
    expect(() => releaseValues(values, { workerImage: image })).toThrow(
      'the values have no workerImage.registry',
    );
  });

  it.each(['', 'latest', 'sha256:abc'])('are refused for the digest "%s"', (digest) => {
    expect(() => releasedImage('registry.example.com/pool', 'worker', digest)).toThrow('is no digest');
  });

  it.each([
    ['fareruleworkerpool-operator', ['image', 'workerImage']],
    ['ticket-refund', ['engine.image', 'process.tools.image']],
  ])('find the images of %s', (chart, paths) => {
    const text = readFileSync(join(ROOT, 'charts', chart, 'values.yaml'), 'utf8');
    const image = releasedImage('registry.example.com/pool', 'worker', DIGEST);
    const released = releaseValues(text, Object.fromEntries(paths.map((path) => [path, image])));
    expect(released.split(DIGEST)).toHaveLength(paths.length + 1);
  });
});

it('every part of a release has the version of package.json', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const charts = ['fareruleworkerpool-crds', 'fareruleworkerpool-operator', 'ticket-refund'];
  for (const chart of charts) {
    const about = parse(readFileSync(join(ROOT, 'charts', chart, 'Chart.yaml'), 'utf8'));
    expect({ chart, version: about.version, app: about.appVersion }).toEqual({
      chart,
      version,
      app: version,
    });
  }
  for (const dockerfile of ['Dockerfile.operator', 'Dockerfile.worker']) {
    expect(readFileSync(join(ROOT, dockerfile), 'utf8')).toContain(`\nARG VERSION=${version}\n`);
  }
});
