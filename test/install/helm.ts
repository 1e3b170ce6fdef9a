/** Helm against the environment's cluster. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildHelm } from '../../charts/tools/helm.ts';
import type { Environment } from '../environment/environment.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

export type Helm = (args: string[]) => Promise<string>;

export async function helmOf({ kubeconfig }: Pick<Environment, 'kubeconfig'>): Promise<Helm> {
  const helm = await buildHelm();
  return (args) => run(helm, args, { env: { KUBECONFIG: kubeconfig } });
}

/** Folder of a chart, with the charts that it depends on beside it. */
export async function chart(name: string): Promise<string> {
  const folder = join(ROOT, 'charts', name);
  if (existsSync(join(folder, 'Chart.lock'))) {
    await run(await buildHelm(), ['dependency', 'build', '--skip-refresh', folder]);
  }
  return folder;
}

/** `--set` flags of values that are names, numbers or switches. */
export const set = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
