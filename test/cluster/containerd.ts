/**
 * Debian's containerd as the node's runtime. Its root is in the cache, so that
 * images need importing once; containers of an earlier run are removed first.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, LOGS, STATE } from '../support/paths.ts';
import { type RunningProcess, run, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { NETNS, POD_CIDR } from './network.ts';

export const SOCKET = join(STATE, 'containerd.sock');
export const PAUSE_IMAGE = 'localhost/pause:1';
const CNI_CONFIG = join(STATE, 'cni');
const CONFIG = join(STATE, 'containerd.toml');

export function startContainerd(): Promise<RunningProcess> {
  mkdirSync(CNI_CONFIG, { recursive: true });
  writeFileSync(CONFIG, containerdConfig());
  writeFileSync(join(CNI_CONFIG, '10-bridge.conflist'), JSON.stringify(cniConfig()));
  return startProcess({
    name: 'containerd',
    command: 'containerd',
    args: ['--config', CONFIG],
    // For removing containers it may run where the namespace has gone already.
    ...(existsSync(`/var/run/netns/${NETNS}`) && { netns: NETNS }),
    logFile: join(LOGS, 'containerd.log'),
  });
}

/** Whether it may have left containers behind. */
export function containerdWasStarted(): boolean {
  return existsSync(CONFIG);
}

export async function containerdReady(): Promise<void> {
  await waitFor('containerd to answer', () => ctr('version'), { timeoutMs: 20_000 });
  await removeContainers();
}

/** Runs containerd's own client in the namespace that kubelet's containers live in. */
export function ctr(...args: string[]): Promise<string> {
  return run('ctr', ['--address', SOCKET, '--namespace', 'k8s.io', ...args]);
}

/** Ends and removes every container with its pod's network namespace. */
export async function removeContainers(): Promise<void> {
  const ids = (await ctr('containers', 'list', '--quiet')).split('\n').filter(Boolean);
  for (const id of ids) {
    const info = JSON.parse(await ctr('containers', 'info', id)) as {
      Spec?: { linux?: { namespaces?: { type: string; path?: string }[] } };
    };
    await ctr('tasks', 'delete', '--force', id).catch(() => undefined); // it may have no task any more
    await ctr('containers', 'delete', id).catch(() => undefined); // kubelet may have been quicker
    const netns = info.Spec?.linux?.namespaces?.find((entry) => entry.type === 'network')?.path;
    if (netns?.startsWith('/var/run/netns/cni-') && existsSync(netns)) {
      await run('umount', [netns]).catch(() => undefined); // several containers share one
      rmSync(netns, { force: true });
    }
  }
}

function containerdConfig(): string {
  return `version = 2
root = "${join(CACHE, 'containerd')}"
state = "${join(STATE, 'containerd')}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # A machine without CAP_SYS_RESOURCE may not lower it.
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${CNI_CONFIG}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}

function cniConfig() {
  return {
    cniVersion: '1.0.0',
    name: 'frwp',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(STATE, 'cni-addresses'),
          ranges: [[{ subnet: POD_CIDR.replace('/16', '/24') }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
