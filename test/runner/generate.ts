/** Writes every generated file again. */
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { step } from '../support/step.ts';

const GENERATORS = [
  ['CRD and its reference', 'crds/src/generate.ts'],
  ['dashboard and alert rules', 'charts/observability/generate.ts'],
  ['manifests, vendored charts and READMEs from the charts', 'charts/render.ts'],
] as const;

export async function generate(): Promise<number> {
  for (const [title, script] of GENERATORS) {
    await step(title, () => run(process.execPath, [join(ROOT, script)]));
  }
  return 0;
}
