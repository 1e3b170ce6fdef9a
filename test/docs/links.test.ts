import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/paths.ts';
import { anchors, links } from './links.ts';

describe('the links of a document', () => {
  it('are those to files and headings, not those to other sites or in code', () => {
    const text =
      'See [a](a.md), [b](../b.md#x) and [site](https://example.com).\n```\n[no](no.md)\n```\n`[no](no.md)`';
    expect(links(text)).toEqual(['a.md', '../b.md#x']);
  });

  it('name headings as GitHub does', () => {
    const text =
      '# A Page\n## Why it has this size\n### `spec.scaling`, and [more](more.md)\n```\n# no heading\n```';
    expect([...anchors(text)]).toEqual(['a-page', 'why-it-has-this-size', 'specscaling-and-more']);
  });
});

const DOCUMENTS = '{*.md,{charts,docs,examples,manifests,test}/**/*.md}';

it('every link between the documents leads somewhere', () => {
  const files = globSync(DOCUMENTS, { cwd: ROOT }).filter((file) => !file.includes('node_modules'));
  expect(files.length).toBeGreaterThan(20);
  const dead = files.flatMap((file) =>
    links(readFileSync(join(ROOT, file), 'utf8'))
      .filter((link) => !leadsSomewhere(file, link))
      .map((link) => `${file}: ${link}`),
  );
  expect(dead).toEqual([]);
});

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), path);
  if (relative(ROOT, target).startsWith('..') || !existsSync(target)) return false;
  return !heading || !target.endsWith('.md') || anchors(readFileSync(target, 'utf8')).has(heading);
}
