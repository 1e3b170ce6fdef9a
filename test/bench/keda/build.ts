/**
 * KEDA from its Go module, built as its maintainers pin it: inside the module itself, with its own
 * go.mod and go.sum. With the compiler's optimisation, unlike our own test cluster: its CPU is compared.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, contentHash } from '../../support/paths.ts';
import { run } from '../../support/process.ts';
import { step } from '../../support/step.ts';

const MODULE = 'github.com/kedacore/keda/v2';
export const KEDA_VERSION = 'v2.20.2';
/** Of the module's content, as go.sum would have it. */
const SUM = 'h1:SR60v8uIcelbveS8n/1jcl8tLdBBIbHMxmdOHw8tKqA=';

export interface KedaBuild {
  operator: string;
  adapter: string;
  /** Directory with the CustomResourceDefinitions. */
  crds: string;
}

let ready: Promise<KedaBuild> | undefined;

/**
 * Builds what is not in the cache, once a run. A first build takes a quarter of an hour on two cores;
 * one that was interrupted goes on with what the compiler has kept.
 */
export function buildKeda(): Promise<KedaBuild> {
  ready ??= found();
  return ready;
}

async function found(): Promise<KedaBuild> {
  const source = await download();
  return {
    operator: await build(source, 'operator'),
    adapter: await build(source, 'adapter'),
    crds: join(source, 'config/crd/bases'),
  };
}

/** @throws Error when the module is not the one that was measured before */
async function download(): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const text = await run('go', ['mod', 'download', '-json', `${MODULE}@${KEDA_VERSION}`], { cwd: CACHE });
  const { Dir, Sum } = JSON.parse(text) as { Dir: string; Sum: string };
  if (Sum !== SUM) throw new Error(`${MODULE}@${KEDA_VERSION} has the checksum ${Sum}, expected ${SUM}`);
  return Dir;
}

async function build(source: string, command: 'operator' | 'adapter'): Promise<string> {
  const ldflags = `-s -w -X ${MODULE}/version.Version=${KEDA_VERSION}`;
  const target = join(CACHE, 'bin', `keda-${command}-${contentHash([], SUM, ldflags)}`);
  if (existsSync(target)) return target;
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  const args = ['build', '-trimpath', `-ldflags=${ldflags}`, '-o', `${target}.new`, `./cmd/${command}`];
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
  await step(`KEDA ${KEDA_VERSION}: ${command} built from its Go module`, () =>
    run('go', args, { cwd: source, env }),
  );
  renameSync(`${target}.new`, target);
  return target;
}
