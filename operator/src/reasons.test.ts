import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CONDITIONS, REASONS } from './reasons.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/conditions.md'), 'utf8');

test('docs/conditions.md has a section for every condition and no other', () => {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(new Set(sections)).toEqual(new Set(CONDITIONS));
});

test('docs/conditions.md has a row for every reason and no other', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, reason]) => reason);
  expect(new Set(rows)).toEqual(new Set(Object.values(REASONS)));
});
