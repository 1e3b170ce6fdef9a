/** Debian packages that the local environment needs; missing ones are installed by apt-get. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { installedPostgres } from '../engine/postgres.ts';
import { run } from '../support/process.ts';

/** Package, and a path that shows that it is there. */
const NEEDED: [name: string, present: () => boolean][] = [
  ['containerd', () => existsSync('/usr/bin/containerd')],
  ['runc', () => existsSync('/usr/sbin/runc') || existsSync('/usr/bin/runc')],
  ['containernetworking-plugins', () => existsSync('/usr/lib/cni/bridge')],
  ['buildah', () => existsSync('/usr/bin/buildah')],
  ['debootstrap', () => existsSync('/usr/sbin/debootstrap')],
  ['iptables', () => existsSync('/usr/sbin/iptables')],
  ['iproute2', () => existsSync('/usr/sbin/ip') || existsSync('/sbin/ip')],
  ['conntrack', () => existsSync('/usr/sbin/conntrack')],
  ['redis-server', () => existsSync('/usr/bin/redis-server')],
  ['postgresql', () => installedPostgres() !== undefined],
  ['golang', () => has('go')],
  ['openjdk-17-jdk-headless', () => has('java')],
  ['maven', () => has('mvn')],
];

/** Whether a command is in the path. */
export function has(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(`${directory}/${command}`));
}

/** Installs what is missing and returns its names. Needs root where something is missing. */
export function installPackages(): Promise<string[]> {
  return install(NEEDED);
}

/** For what only some suites need. */
export async function installPackage(name: string, present: () => boolean): Promise<void> {
  await install([[name, present]]);
}

async function install(needed: typeof NEEDED): Promise<string[]> {
  const missing = needed.filter(([, present]) => !present()).map(([name]) => name);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0) {
    throw new Error(`these Debian packages are missing: ${missing.join(' ')}; install them, or run as root`);
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await withoutStartingServices(() =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env }),
  );
  return missing;
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Debian starts PostgreSQL, Redis and containerd as services when it installs them: ours run by themselves. */
async function withoutStartingServices<T>(install: () => Promise<T>): Promise<T> {
  if (existsSync(POLICY)) return install(); // the machine has a rule of its own
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await install();
  } finally {
    rmSync(POLICY);
  }
}
