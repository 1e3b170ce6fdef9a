/** The node: kubelet and kube-proxy beside containerd. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { STATE } from '../support/paths.ts';
import { type RunningProcess, run } from '../support/process.ts';
import { SOCKET } from './containerd.ts';
import { type ControlPlane, component, NODE_NAME } from './controlPlane.ts';
import { DNS_ADDRESS, NODE_ADDRESS, POD_CIDR } from './network.ts';

export const KUBELET_ROOT = join(STATE, 'kubelet');

export function startKubelet(kube: string, plane: ControlPlane): Promise<RunningProcess> {
  mkdirSync(KUBELET_ROOT, { recursive: true });
  const config = join(STATE, 'kubelet.yaml');
  writeFileSync(
    config,
    stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address: NODE_ADDRESS,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: plane.ca.certFile },
      },
      authorization: { mode: 'Webhook' },
      tlsCertFile: plane.nodeCertificate.cert,
      tlsPrivateKeyFile: plane.nodeCertificate.key,
      cgroupDriver: 'cgroupfs',
      failCgroupV1: false,
      failSwapOn: false,
      clusterDNS: [DNS_ADDRESS],
      clusterDomain: 'cluster.local',
      resolvConf: '',
      containerRuntimeEndpoint: `unix://${SOCKET}`,
      // One disk that other work fills too: it must not evict the pods.
      evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
      imageGCHighThresholdPercent: 100,
      enforceNodeAllocatable: [],
      maxPods: 60,
      podLogsDir: join(STATE, 'pod-logs'),
    }),
  );
  return component(kube, 'kubelet', [
    `--config=${config}`,
    `--kubeconfig=${plane.nodeKubeconfig}`,
    `--root-dir=${KUBELET_ROOT}`,
    `--cert-dir=${join(STATE, 'pki')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
  ]);
}

export function startKubeProxy(kube: string, plane: ControlPlane): Promise<RunningProcess> {
  return component(kube, 'kube-proxy', [
    `--kubeconfig=${plane.proxyKubeconfig}`,
    `--hostname-override=${NODE_NAME}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${POD_CIDR}`,
    '--conntrack-max-per-core=0', // the limit belongs to the machine, not to this namespace
    '--conntrack-tcp-timeout-established=0',
    '--conntrack-tcp-timeout-close-wait=0',
  ]);
}

/** Unmounts what kubelet and containerd mounted below the state directory, innermost first. */
export async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await run('cat', ['/proc/self/mounts']))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const path of mounts.filter((mount) => mount.startsWith(`${directory}/`)).reverse()) {
    await run('umount', [path]).catch(() => run('umount', ['--lazy', path]));
  }
}

/** Parent of the cgroups that are not kubelet's. */
export const OWN_CGROUP = 'frwp';

/** Removes the cgroups of kubelet's containers and of ours; they are empty once the containers are gone. */
export function removeCgroups(): void {
  const root = '/sys/fs/cgroup';
  const controllers = existsSync(`${root}/cgroup.controllers`)
    ? [root]
    : readdirSync(root).map((name) => join(root, name));
  for (const controller of controllers) {
    for (const parent of ['kubepods', OWN_CGROUP]) removeCgroup(join(controller, parent));
  }
}

function removeCgroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  }
  try {
    rmdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
