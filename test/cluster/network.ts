/**
 * The cluster's network: a namespace of its own without a way out, joined to
 * this machine by one veth pair. Every bridge, route and iptables rule that
 * the node makes lives in it and goes with it.
 */
import { existsSync } from 'node:fs';
import { run } from '../support/process.ts';

export const NETNS = 'frwp';
export const HOST_LINK = 'frwp-host';
const NODE_LINK = 'frwp-node';
/** For a Docker engine of ours: it wants a bridge, though its containers use this machine's network. */
export const DOCKER_BRIDGE = 'frwp-docker';

/** This machine as the cluster sees it: database, cache and model listen here. */
export const HOST_ADDRESS = '10.77.0.1';
/** The node: API server and kubelet listen here. */
export const NODE_ADDRESS = '10.77.0.2';
/** One address an engine node, so that a headless Service can name them all on one port. */
export const ENGINE_ADDRESSES = ['10.77.0.11', '10.77.0.12'];

export const POD_CIDR = '10.244.0.0/16';
export const SERVICE_CIDR = '10.96.0.0/16';
export const DNS_ADDRESS = '10.96.0.10';
export const API_SERVICE_ADDRESS = '10.96.0.1';

const inNamespace = (...command: string[]) => run('nsenter', [`--net=/var/run/netns/${NETNS}`, ...command]);

export async function networkUp(): Promise<void> {
  await run('ip', ['netns', 'add', NETNS]);
  await run('ip', ['link', 'add', HOST_LINK, 'type', 'veth', 'peer', 'name', NODE_LINK, 'netns', NETNS]);
  for (const address of [HOST_ADDRESS, ...ENGINE_ADDRESSES]) {
    await run('ip', ['address', 'add', `${address}/24`, 'dev', HOST_LINK]);
  }
  await run('ip', ['link', 'set', HOST_LINK, 'up']);
  // What runs on this machine and asks a pod must not ask the default gateway for it.
  await run('ip', ['route', 'add', POD_CIDR, 'via', NODE_ADDRESS]);
  await inNamespace('ip', 'link', 'set', 'lo', 'up');
  await inNamespace('ip', 'address', 'add', `${NODE_ADDRESS}/24`, 'dev', NODE_LINK);
  await inNamespace('ip', 'link', 'set', NODE_LINK, 'up');
  // A service address that kube-proxy has not programmed yet must fail here, not leave.
  await inNamespace('ip', 'route', 'add', 'local', SERVICE_CIDR, 'dev', 'lo');
  await inNamespace('sysctl', '-qw', 'net.ipv4.ip_forward=1');
}

export async function dockerBridgeUp(): Promise<void> {
  await run('ip', ['link', 'add', DOCKER_BRIDGE, 'type', 'bridge']);
  await run('ip', ['address', 'add', '10.77.1.1/24', 'dev', DOCKER_BRIDGE]);
}

const NAT = [
  '-s',
  '10.77.0.0/24',
  '!',
  '-o',
  HOST_LINK,
  '-m',
  'comment',
  '--comment',
  NETNS,
  '-j',
  'MASQUERADE',
];

/** Lets pods out through this machine: only for a real LLM, which lives outside. */
export async function openWayOut(): Promise<void> {
  await inNamespace('ip', 'route', 'add', 'default', 'via', HOST_ADDRESS);
  await run('sysctl', ['-qw', `net.ipv4.conf.${HOST_LINK}.forwarding=1`, 'net.ipv4.ip_forward=1']);
  await run('iptables', ['-t', 'nat', '-A', 'POSTROUTING', ...NAT]);
}

async function closeWayOut(): Promise<void> {
  const open = await run('iptables', ['-t', 'nat', '-C', 'POSTROUTING', ...NAT]).then(
    () => true,
    () => false, // there is no such rule, or no iptables yet
  );
  if (open) await run('iptables', ['-t', 'nat', '-D', 'POSTROUTING', ...NAT]);
}

/** Takes the namespace down with all that is in it; does nothing when there is none. */
export async function networkDown(): Promise<void> {
  await closeWayOut();
  // The link first: a namespace takes it along when it goes, but only some time after the command.
  for (const link of [HOST_LINK, DOCKER_BRIDGE]) {
    if (existsSync(`/sys/class/net/${link}`)) await run('ip', ['link', 'delete', link]);
  }
  if (existsSync(`/var/run/netns/${NETNS}`)) await run('ip', ['netns', 'delete', NETNS]);
}
