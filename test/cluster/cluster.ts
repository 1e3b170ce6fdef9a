/** The local cluster as a whole: a real control plane and one real node, up and down. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cleanUp } from '../support/cleanUp.ts';
import { LOGS, STATE } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { step } from '../support/step.ts';
import { waitFor } from '../support/wait.ts';
import type { Binaries } from './binaries.ts';
import { containerdReady, containerdWasStarted, startContainerd } from './containerd.ts';
import { type ControlPlane, NODE_NAME, startControlPlane } from './controlPlane.ts';
import { dnsManifests } from './dns.ts';
import { type ImageArchive, importImages } from './images.ts';
import { networkDown, networkUp, openWayOut } from './network.ts';
import { removeCgroups, startKubelet, startKubeProxy, unmountBelow } from './node.ts';
import { running, stopAll, stopTracked, track } from './processes.ts';

export interface Cluster {
  kubeconfig: string;
  kubectl(args: string[], input?: string): Promise<string>;
}

/**
 * Makes the network that the cluster and what it reaches outside of it share.
 * @throws Error when a cluster is already there, with the command that ends it.
 */
export async function clusterNetwork(options: { wayOut: boolean }): Promise<void> {
  if (running().length > 0) {
    throw new Error(`a local environment already runs (${running().join(', ')}): end it with \`make down\``);
  }
  await clusterDown(); // what a killed run left
  mkdirSync(LOGS, { recursive: true });
  await step(options.wayOut ? 'network namespace with a way out' : 'network namespace', async () => {
    await networkUp();
    if (options.wayOut) await openWayOut();
  });
}

/** Starts the cluster in the network that `clusterNetwork` made. */
export async function clusterUp(
  binaries: Binaries,
  images: ImageArchive[],
  options: { wayOut: boolean },
): Promise<Cluster> {
  const plane = await step('control plane: etcd, API server, controllers, scheduler', () =>
    startControlPlane(binaries.kube),
  );
  const kubectl = (args: string[], input?: string) =>
    run(
      binaries.kube,
      ['kubectl', `--kubeconfig=${plane.adminKubeconfig}`, ...args],
      input === undefined ? {} : { input },
    );
  await step('images into containerd', async () => {
    await track(startContainerd());
    await containerdReady();
    await importImages(images);
  });
  await step('node: kubelet, kube-proxy, cluster DNS', () =>
    nodeUp(binaries, plane, kubectl, options.wayOut),
  );
  return { kubeconfig: plane.adminKubeconfig, kubectl };
}

async function nodeUp(
  binaries: Binaries,
  plane: ControlPlane,
  kubectl: Cluster['kubectl'],
  wayOut: boolean,
): Promise<void> {
  await track(startKubelet(binaries.kube, plane));
  await track(startKubeProxy(binaries.kube, plane));
  await kubectl(['apply', '--server-side', '-f', '-'], dnsManifests(wayOut ? outsideResolver() : undefined));
  const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  await waitFor(
    'the node to be ready',
    async () => (await kubectl(['get', 'node', NODE_NAME, '-o', ready])) === 'True',
    { timeoutMs: 90_000, everyMs: 300 },
  );
  await kubectl(['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=90s']);
}

/** The machine's own resolver, for names outside the cluster. */
function outsideResolver(): string {
  const address = /^nameserver\s+(\S+)/m.exec(readFileSync('/etc/resolv.conf', 'utf8'))?.[1];
  if (!address) throw new Error('/etc/resolv.conf names no server: pods could not find the LLM by name');
  return address;
}

/**
 * Ends everything and removes every trace: processes, mounts, network, cgroups, state.
 * @throws Error of the first part that could not be removed, after all were tried
 */
export function clusterDown(): Promise<void> {
  return removeAll([endPods, stopAll, () => unmountBelow(STATE), networkDown, removeCgroups]);
}

/** The same where the cluster is somebody's: only what runs beside it. */
export function processesDown(): Promise<void> {
  return removeAll([stopAll, () => unmountBelow(STATE)]);
}

async function removeAll(parts: (() => void | Promise<void>)[]): Promise<void> {
  // It says what still runs: kept for the next attempt when something does.
  await cleanUp(...parts);
  rmSync(STATE, { recursive: true, force: true });
}

async function endPods(): Promise<void> {
  await stopTracked('kubelet', 5_000); // first, or it restarts what goes
  if (!containerdWasStarted()) return;
  // Containers outlive containerd: after a killed run it has to come back to remove them.
  if (!running().includes('containerd')) await track(startContainerd());
  await containerdReady();
}
