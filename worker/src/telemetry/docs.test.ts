import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toEcs } from '@farerules/crds/ecs';
import { expect, test } from '@jest/globals';
import { ATTRIBUTE, RESOURCE, SPAN } from './tracing/names.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/tracing-and-logs.md'), 'utf8');
/** First cells of the table that begins with this heading. */
function table(heading: string): string[][] {
  const rows =
    page
      .slice(page.indexOf(`\n| ${heading} |`) + 1)
      .split('\n\n')[0]
      ?.split('\n') ?? [];
  return rows.slice(2).map((row) => row.split('|').slice(1, -1));
}
const words = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

test('docs/tracing-and-logs.md has every attribute, and no other', () => {
  const documented = new Set(table('Attribute').flatMap(([cell]) => words(cell)));
  expect([...documented].sort()).toEqual(
    [...new Set([...Object.values(ATTRIBUTE), ...Object.values(RESOURCE)])].sort(),
  );
});

test('docs/tracing-and-logs.md has every span, and no other', () => {
  const names = Object.values(SPAN).map((name) => (typeof name === 'string' ? name : name('MODEL')));
  expect(
    table('Span')
      .flatMap(([cell]) => words(cell))
      .sort(),
  ).toEqual(names.sort());
});

test('docs/tracing-and-logs.md says where each field is in Elastic’s form', () => {
  for (const [from, to] of table('`LOG_FORMAT=json`').slice(0, 10)) {
    for (const name of words(from)) {
      const line = toEcs({ message: 'm', [name]: 5 }, { service: 's' });
      expect([name, Object.keys(line)]).toEqual([name, expect.arrayContaining(words(to))]);
    }
  }
});
