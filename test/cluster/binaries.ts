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

export interface Binaries {
  /** One binary for etcd, the control plane, the node and kubectl: `kube COMPONENT …`. */
  kube: string;
  coredns: string;
}

/** Builds what is not in the cache. A first build takes minutes. */
export async function buildBinaries(): Promise<Binaries> {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(KUBERNETES) ?? [];
  const version = 'k8s.io/component-base/version';
  // Without these, version checks in clients fail.
  const stamp = `-X ${version}.gitVersion=${KUBERNETES} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`;
  return { kube: await build('kube', stamp), coredns: await build('coredns', '') };
}

async function build(name: string, ldflags: string): Promise<string> {
  const optimise = process.env.FRWP_OPTIMISE === '1';
  const shared = [join(SOURCE, 'go.mod'), join(SOURCE, 'go.sum')];
  const hash = contentHash([...shared, join(SOURCE, name)], ldflags, String(optimise));
  const target = join(CACHE, 'bin', `${name}-${hash}`);
  if (existsSync(target)) return target;
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  const flags = optimise ? [] : ['-gcflags=all=-N -l -dwarf=false'];
  const args = [
    'build',
    '-trimpath',
    ...flags,
    `-ldflags=-s -w ${ldflags}`,
    '-o',
    `${target}.new`,
    `./${name}`,
  ];
  await run('go', args, { cwd: SOURCE, env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' } });
  renameSync(`${target}.new`, target);
  return target;
}
