import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { RECIPES } from '../test/images/recipes.ts';
import { ROOT } from '../test/support/paths.ts';
import { charts, folderOf } from './checks/charts.ts';
import { IMAGE_LIST, imagesIn, listOf, originOf } from './images.ts';

test('images are found in containers, in variables of the operator, and in a CloudNativePG cluster', () => {
  const container = {
    image: 'a:1',
    env: [
      { name: 'WORKER_IMAGE', value: 'b:1' },
      { name: 'OTHER', value: 'c' },
    ],
  };
  expect(imagesIn({ spec: { template: { spec: { containers: [container] } } } })).toEqual(['a:1', 'b:1']);
  expect(imagesIn({ spec: { imageName: 'd:1', image: { not: 'text' } } })).toEqual(['d:1']);
});

describe('an image', () => {
  test.each([
    ['docker.io/fareruleworkerpool/engine:0.1.0', 'built'],
    ['docker.io/fareruleworkerpool/llm-stand-in:0.1.0', 'stand-in'],
    ['docker.io/library/postgres:17.6-bookworm', 'public'],
    ['ghcr.io/cloudnative-pg/postgresql:17.6', 'public'],
    ['docker.io/fareruleworkerpool/engine:0.2.0', undefined],
    ['docker.io/fareruleworkerpool/console:0.1.0', undefined],
  ])('%s is %s', (image, origin) => {
    expect(originOf(image)).toBe(origin);
  });

  test('that is nowhere to be had stops the list', () => {
    expect(() => listOf(new Set(['docker.io/library/redis:7', 'docker.io/someone/thing:1']))).toThrow(
      /neither built .* nor on a public registry: docker.io\/someone\/thing:1$/,
    );
  });
});

/** What a file names, by the file's path in the repository. */
const named: [file: string, images: string[]][] = [
  ...['manifests', 'examples'].flatMap(yamlFilesIn).map((path): [string, string[]] => {
    const documents = parseAllDocuments(readFileSync(join(ROOT, path), 'utf8'));
    return [path, documents.flatMap((document) => imagesIn(document.toJS()))];
  }),
  ...charts().flatMap((chart) =>
    readdirSync(folderOf(chart))
      .filter((name) => /^values.*\.yaml$/.test(name))
      .map((name): [string, string[]] => {
        const { appVersion } = parse(readFileSync(join(folderOf(chart), 'Chart.yaml'), 'utf8'));
        const values = parse(readFileSync(join(folderOf(chart), name), 'utf8'));
        return [`charts/${chart}/${name}`, settingsIn(values, appVersion)];
      }),
  ),
  [IMAGE_LIST, readFileSync(join(ROOT, IMAGE_LIST), 'utf8').match(/^[^#\n].*$/gm) ?? []],
];

test.each(named.filter(([, images]) => images.length > 0))(
  'every image in %s is built here or on a public registry',
  (_, images) => {
    expect(images.filter((image) => !originOf(image))).toEqual([]);
  },
);

test('the sample stack names the engine in its values, and the stand-in in what is rendered from the small ones', () => {
  const all = new Map(named);
  expect(all.get('charts/ticket-refund/values.yaml')).toContain(RECIPES.engine.image);
  expect(all.get('manifests/ticket-refund/stack.yaml')).toContain(RECIPES['llm-stand-in'].image);
});

test.each(Object.entries(RECIPES))('the %s has its Dockerfile', (_, { dockerfile, context }) => {
  expect(existsSync(join(ROOT, dockerfile))).toBe(true);
  expect(existsSync(join(ROOT, context))).toBe(true);
});

function yamlFilesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith('.yaml'));
}

/** Images as a chart's values have them: registry, repository and tag, each with the default that the chart gives it. */
function settingsIn(values: unknown, appVersion: string): string[] {
  if (values === null || typeof values !== 'object') return [];
  const { registry, repository, tag } = values as Record<string, unknown>;
  const own =
    typeof repository === 'string' ? [`${registry || 'docker.io'}/${repository}:${tag || appVersion}`] : [];
  return own.concat(Object.values(values).flatMap((child) => settingsIn(child, appVersion)));
}
