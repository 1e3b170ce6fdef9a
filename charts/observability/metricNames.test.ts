import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Registry } from 'prom-client';
import { registerExporterMetrics } from '../../operator/src/exporter/metrics.ts';
import { registry as ofOperator } from '../../operator/src/telemetry/metrics.ts';
import { registerKeyStates } from '../../worker/src/telemetry/keyStates.ts';
import { createMetrics } from '../../worker/src/telemetry/metrics.ts';
import { ALERTS } from './alerts.ts';
import { ROWS } from './dashboard.ts';
import { metricNames } from './metricNames.ts';

async function declared(registry: Registry): Promise<string[]> {
  return (await registry.getMetricsAsJSON()).flatMap(({ name, type }) =>
    String(type) === 'histogram' || String(type) === 'summary'
      ? [`${name}_bucket`, `${name}_sum`, `${name}_count`]
      : [name],
  );
}

const ofWorker = () => {
  const { registry } = createMetrics();
  registerKeyStates(registry, () => []);
  return registry;
};

test.each([
  ['a rate', 'sum by (le) (rate(a_bucket{pool=~"b"}[5m])) * 60', ['a_bucket']],
  ['a ratio', 'a / on (pool) group_left (c) b > 0.1 # d', ['a', 'b']],
  ['sets', 'a and b unless on (x) c or absent(d)', ['a', 'b', 'c', 'd']],
])('the metrics of %s are found', (_what, expr, names) => {
  expect(metricNames(expr)).toEqual(names);
});

test('every query of the dashboard and of the alerts names metrics that operator or worker declare', async () => {
  registerExporterMetrics(ofOperator, () => undefined);
  const known = new Set([...(await declared(ofOperator)), ...(await declared(ofWorker()))]);
  const queries = [
    ...ALERTS.map(({ alert, expr }) => [alert, expr] as const),
    ...ROWS.flatMap(({ panels }) => panels).flatMap(({ queries, title }) =>
      queries.map(({ expr }) => [title, expr] as const),
    ),
  ];
  const unknown = queries.flatMap(([where, expr]) =>
    metricNames(expr)
      .filter((name) => !known.has(name))
      .map((name) => `${where}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test('nothing makes up a value for what nobody tells', () => {
  const files = ['dashboard.json', 'rules.yaml'].map((name) =>
    readFileSync(join(import.meta.dirname, '../ticket-refund/files', name), 'utf8'),
  );
  for (const file of files) expect(file).not.toMatch(/\bvector\s*\(/);
});
