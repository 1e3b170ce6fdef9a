/** A program as its image has it: the bundle, started with what its Dockerfile sets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../integration/operatorHarness.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

type Part = 'operator' | 'worker';

const built = new Map<Part, Promise<Program>>();

/** Bundles it once a run, so that what is measured is the present source. */
export function bundled(part: Part): Promise<Program> {
  const program = built.get(part) ?? build(part);
  built.set(part, program);
  return program;
}

async function build(part: Part): Promise<Program> {
  await run(process.execPath, [join(ROOT, part, 'build.ts')], { cwd: join(ROOT, part) });
  const dockerfile = `Dockerfile.${part}`;
  const bundle = join(ROOT, part, 'dist', 'main.mjs');
  return imageProgram(dockerfile, readFileSync(join(ROOT, dockerfile), 'utf8'), bundle);
}

/**
 * Pure: flags and variables of the image's last stage, for the bundle at another path.
 * @param name of the Dockerfile, for the message
 * @throws Error when the entry point is not Node with a bundle: then this measures something else
 */
export function imageProgram(name: string, dockerfile: string, bundle: string): Program {
  const lines = dockerfile.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const entrypoint = stage.findLast((line) => line.startsWith('ENTRYPOINT '))?.slice('ENTRYPOINT '.length);
  const [command, ...args] = JSON.parse(entrypoint ?? '[]') as string[];
  if (command !== 'node' || !args.includes(IN_IMAGE)) {
    throw new Error(`${name}: the entry point is not node with ${IN_IMAGE}: ${entrypoint}`);
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
