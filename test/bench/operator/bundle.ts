/** The operator as its image has it: the bundle, started with what Dockerfile.operator sets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../integration/operatorHarness.ts';
import { ROOT } from '../../support/paths.ts';
import { run } from '../../support/process.ts';

const BUNDLE = join(ROOT, 'operator', 'dist', 'main.mjs');

let built: Promise<Program> | undefined;

/** Bundles it once a run, so that what is measured is the present source. */
export function bundledOperator(): Promise<Program> {
  built ??= run(process.execPath, [join(ROOT, 'operator', 'build.ts')]).then(() =>
    imageProgram(readFileSync(join(ROOT, 'Dockerfile.operator'), 'utf8'), BUNDLE),
  );
  return built;
}

/**
 * Pure: flags and variables of the image's last stage, for the bundle at another path.
 * @throws Error when the entry point is not Node with a bundle: then this measures something else
 */
export function imageProgram(dockerfile: string, bundle: string): Program {
  const lines = dockerfile.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const entrypoint = stage.findLast((line) => line.startsWith('ENTRYPOINT '))?.slice('ENTRYPOINT '.length);
  const [command, ...args] = JSON.parse(entrypoint ?? '[]') as string[];
  if (command !== 'node' || !args.includes(IN_IMAGE)) {
    throw new Error(`Dockerfile.operator: the entry point is not node with ${IN_IMAGE}: ${entrypoint}`);
  }
  return {
    args: args.map((arg) => (arg === IN_IMAGE ? bundle : arg)),
    env: Object.fromEntries(stage.filter((line) => line.startsWith('ENV ')).flatMap(variables)),
  };
}

const IN_IMAGE = '/app/main.mjs';

function variables(line: string): [string, string][] {
  const pairs = line.slice('ENV '.length).matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g);
  return [...pairs].map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? '']);
}
