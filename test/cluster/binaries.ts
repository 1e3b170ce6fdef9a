/**
 * Kubernetes and CoreDNS, built from their Go modules (test/cluster/binaries)
 * once and kept in the cache. Without optimisation: that halves the build and
 * is fast enough for a cluster of one node; FRWP_OPTIMISE=1 builds them properly.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, contentHash } from '../support/paths.ts';
import { run } from '../support/process.ts';

const SOURCE = join(import.meta.dirname, 'binaries');
export const KUBERNETES = 'v1.34.4';
/** Without these, version checks in clients fail. */
const LDFLAGS = (() => {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(KUBERNETES) ?? [];
  const values = { gitVersion: KUBERNETES, gitMajor: major, gitMinor: minor };
  const set = Object.entries(values).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-s', '-w', ...set].join(' ');
})();

export interface Binaries {
  /** One binary for etcd, the control plane, the node and kubectl: `kube COMPONENT …`. */
  kube: string;
  coredns: string;
}

/** Builds what is not in the cache. A first build takes minutes. */
export async function buildBinaries(): Promise<Binaries> {
  const targets = { kube: target('kube'), coredns: target('coredns') };
  const missing = Object.entries(targets).filter(([, path]) => !existsSync(path));
  if (missing.length > 0) await build(Object.fromEntries(missing));
  return targets;
}

const optimise = process.env.FRWP_OPTIMISE === '1';

/** Where a binary is or will be: the name changes with everything that goes into it. */
function target(name: string): string {
  const sources = ['go.mod', 'go.sum', name].map((path) => join(SOURCE, path));
  return join(CACHE, 'bin', `${name}-${contentHash(sources, LDFLAGS, String(optimise))}`);
}

/** All in one command: what they share is compiled once, and one is linked while the other compiles. */
async function build(targets: Record<string, string>): Promise<void> {
  const directory = join(CACHE, 'bin', 'new');
  mkdirSync(directory, { recursive: true });
  const flags = optimise ? [] : ['-gcflags=all=-N -l -dwarf=false'];
  const packages = Object.keys(targets).map((name) => `./${name}`);
  const args = ['build', '-trimpath', ...flags, `-ldflags=${LDFLAGS}`, '-o', `${directory}/`, ...packages];
  await run('go', args, { cwd: SOURCE, env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' } });
  for (const [name, path] of Object.entries(targets)) renameSync(join(directory, name), path);
}
