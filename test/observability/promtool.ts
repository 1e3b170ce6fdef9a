/** Prometheus and its promtool, from Debian's package. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { installPackage } from '../cluster/packages.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

export const PROMETHEUS = '/usr/bin/prometheus';
export const PROMTOOL = '/usr/bin/promtool';
/** As the chart installs them, with default thresholds. */
export const RULES = join(ROOT, 'charts/ticket-refund/files/rules.yaml');

export const installPrometheus = (): Promise<void> =>
  installPackage('prometheus', () => existsSync(PROMTOOL));

/** Samples a minute apart, in promtool's notation: `0x10` ten more of the same, `_` none, `stale` the end. */
export type Series = Record<string, string>;

/**
 * What fires of an alert, as sets of labels without its name and severity, `minutes` after the series began.
 * @throws Error with promtool's words when something else fires.
 */
export async function expectFiring(
  alert: string,
  series: Series,
  minutes: number,
  firing: Record<string, string>[],
): Promise<void> {
  const expr = `sum without (alertname, alertstate, severity) (ALERTS{alertname="${alert}",alertstate="firing"})`;
  const labels = (of: Record<string, string>) =>
    `{${Object.entries(of)
      .map(([name, value]) => `${name}="${value}"`)
      .join(',')}}`;
  const tests = [
    {
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr,
          eval_time: `${minutes}m`,
          exp_samples: firing.map((of) => ({ labels: labels(of), value: 1 })),
        },
      ],
    },
  ];
  const directory = mkdtempSync(join(tmpdir(), 'frwp-promtool-'));
  try {
    const path = join(directory, 'test.yaml');
    writeFileSync(path, stringify({ rule_files: [RULES], evaluation_interval: '15s', tests }));
    await run(PROMTOOL, ['test', 'rules', path]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
