/** The charts of this folder, and what each of them is rendered with to be checked. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';
import { buildHelm } from '../tools/helm.ts';

export const CHARTS = join(ROOT, 'charts');
/** A build of Helm from its module does not know which Kubernetes to assume. */
export const KUBERNETES = '1.34.0';
/** What every chart is checked with, where it has the file. */
const VALUES = ['values.yaml', 'values-small.yaml', 'values-production.yaml'];

/** One chart with one values file. */
export interface Variant {
  chart: string;
  /** Path from the chart's folder. */
  values: string;
}

/** Folder of a chart. */
export const folderOf = (chart: string): string => join(CHARTS, chart);

/** Names of the charts, sorted. */
export function charts(): string[] {
  return readdirSync(CHARTS)
    .filter((name) => existsSync(join(CHARTS, name, 'Chart.yaml')))
    .sort();
}

/** The charts with the values files that they bring. */
export function variants(): Variant[] {
  return charts().flatMap((chart) =>
    VALUES.filter((values) => existsSync(join(CHARTS, chart, values))).map((values) => ({ chart, values })),
  );
}

/** The charts with what those files leave off: the files of values/ beside this one. */
export function optionVariants(): Variant[] {
  const folder = join(import.meta.dirname, 'values');
  return readdirSync(folder).flatMap((chart) =>
    readdirSync(join(folder, chart)).map((file) => ({ chart, values: `../checks/values/${chart}/${file}` })),
  );
}

export const nameOf = ({ chart, values }: Variant): string =>
  `${chart} with ${values.replace(/^(\.\.\/)+/, '')}`;

/**
 * What `helm install` would apply, with hooks and tests, as a YAML stream.
 * @throws Error with Helm's message
 */
export async function rendered({ chart, values }: Variant): Promise<string> {
  const folder = folderOf(chart);
  const args = ['template', chart, folder, '--namespace', chart, '--kube-version', KUBERNETES];
  return run(await buildHelm(), [...args, '-f', join(folder, values)]);
}
