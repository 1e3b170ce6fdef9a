/** The charts of this folder, and each of them rendered with each of its values files. */
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

export function variants(): Variant[] {
  return charts().flatMap((chart) =>
    VALUES.filter((values) => existsSync(join(CHARTS, chart, values))).map((values) => ({ chart, values })),
  );
}

export const nameOf = ({ chart, values }: Variant): string => `${chart} with ${values}`;

/**
 * What `helm install` would apply, with hooks and tests, as a YAML stream.
 * @throws Error with Helm's message
 */
export async function rendered({ chart, values }: Variant): Promise<string> {
  const folder = folderOf(chart);
  const args = ['template', chart, folder, '--namespace', chart, '--kube-version', KUBERNETES];
  return run(await buildHelm(), [...args, '-f', join(folder, values)]);
}
