import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DECLARED, registerExporterMetrics } from '../exporter/metrics.ts';
import { registry } from './metrics.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');

/** Rows of the page's tables: name, type, labels. */
const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \|/gm)].map(([, name, type, labels = '']) => ({
  name,
  type,
  labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
}));

test('docs/metrics.md has a row for every metric of the operator, with its type, and for no other', async () => {
  registerExporterMetrics(registry, () => undefined);
  const metrics = (await registry.getMetricsAsJSON()).filter(({ name }) => !/^(process|nodejs)_/.test(name));
  const expected = metrics.map(({ name, type }) => ({ name, type: String(type) }));
  const byName = (a: { name?: string }, b: { name?: string }) => (String(a.name) < String(b.name) ? -1 : 1);
  expect(rows.map(({ name, type }) => ({ name, type })).sort(byName)).toEqual(expected.sort(byName));
});

test('docs/metrics.md has the labels of every metric of the exporter', () => {
  for (const { name, labels } of DECLARED) {
    const row = rows.find((found) => found.name === name);
    expect([name, row?.labels]).toEqual([name, [...labels]]);
  }
});

test('a process that does not lead tells nothing of an engine', async () => {
  const text = await registry.metrics();
  for (const { name } of DECLARED) {
    expect(text).toContain(`# TYPE ${name} `);
    expect(text).not.toMatch(new RegExp(`^${name}(_\\w+)?[ {]`, 'm'));
  }
});
