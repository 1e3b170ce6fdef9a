/** Helm from its Go module, at the version in go.mod; built once (about two minutes) and kept in the cache. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, contentHash } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';

const SOURCE = import.meta.dirname;

/** Path of the binary. */
export async function buildHelm(): Promise<string> {
  const hash = contentHash([join(SOURCE, 'go.mod'), join(SOURCE, 'go.sum')]);
  const target = join(CACHE, 'bin', `helm-${hash}`);
  if (existsSync(target)) return target;
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  // Without optimisation: it runs for a tenth of a second, and builds in half the time.
  const flags = ['-trimpath', '-gcflags=all=-N -l -dwarf=false', '-ldflags=-s -w'];
  const args = ['build', ...flags, '-o', `${target}.new`, 'helm.sh/helm/v3/cmd/helm'];
  await run('go', args, { cwd: SOURCE, env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' } });
  renameSync(`${target}.new`, target);
  return target;
}
