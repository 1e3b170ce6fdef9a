/**
 * A Docker engine for the suites that run an image the way a user without a cluster does. The
 * machine's own where there is one; otherwise Debian's, started for the suite and ended with it.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DOCKER_BRIDGE, dockerBridgeUp } from '../cluster/network.ts';
import { OWN_CGROUP } from '../cluster/node.ts';
import { installPackage } from '../cluster/packages.ts';
import { LOGS, STATE } from '../support/paths.ts';
import { run, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

export interface DockerEngine {
  /** As DOCKER_HOST. */
  host: string;
  /** Whether it is the machine's own. */
  found: boolean;
  docker(...args: string[]): Promise<string>;
  /** Ends it where it was started here. */
  stop(): Promise<void>;
}

export async function dockerEngine(): Promise<DockerEngine> {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  const found = at(host);
  const answers = await found('info').then(
    () => true,
    () => false, // no engine there, or no client
  );
  if (answers) return { host, found: true, docker: found, stop: async () => undefined };
  return startOwn();
}

const at =
  (host: string) =>
  (...args: string[]) =>
    run('docker', ['--host', host, ...args]);

async function startOwn(): Promise<DockerEngine> {
  await installPackage('docker.io', () => existsSync('/usr/sbin/dockerd') || existsSync('/usr/bin/dockerd'));
  const directory = join(STATE, 'docker');
  mkdirSync(directory, { recursive: true });
  await dockerBridgeUp();
  const host = `unix://${join(directory, 'docker.sock')}`;
  const dockerd = await startProcess({
    name: 'dockerd',
    command: 'dockerd',
    args: [
      `--host=${host}`,
      `--data-root=${join(directory, 'data')}`,
      `--exec-root=${join(directory, 'exec')}`,
      `--pidfile=${join(directory, 'docker.pid')}`,
      `--bridge=${DOCKER_BRIDGE}`,
      '--iptables=false',
      '--ip-forward=false',
      '--ip-masq=false',
      '--exec-opt=native.cgroupdriver=cgroupfs',
      `--cgroup-parent=/${OWN_CGROUP}`,
    ],
    logFile: join(LOGS, 'dockerd.log'),
    graceMs: 20_000,
  });
  const docker = at(host);
  await waitFor('Docker to answer', () => docker('info'), { timeoutMs: 30_000 });
  const stop = async () => {
    await dockerd.stop();
    await run('ip', ['link', 'delete', DOCKER_BRIDGE]);
  };
  return { host, found: false, docker, stop };
}
