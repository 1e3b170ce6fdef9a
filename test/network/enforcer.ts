/**
 * kube-router's firewall, and nothing else of it, in the local cluster's network: its bridge does not keep to
 * NetworkPolicies by itself. It would hold for every other suite, too, so it runs for the time of one.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { goTool } from '../../charts/tools/goTool.ts';
import { NODE_NAME } from '../cluster/controlPlane.ts';
import { NETNS, SERVICE_CIDR } from '../cluster/network.ts';
import { installPackage } from '../cluster/packages.ts';
import { environment } from '../environment/environment.ts';
import { run, startProcess } from '../support/process.ts';
import { itsSets, withoutItsChains } from './leftOvers.ts';

const PACKAGE = 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router';
const NETWORK = `--net=/var/run/netns/${NETNS}`;
const inNetwork = (...command: string[]) => run('nsenter', [NETWORK, ...command]);

/** Starts it; the first time it is built, which takes minutes. Returns what ends it and takes its rules away. */
export async function startEnforcer(): Promise<() => Promise<void>> {
  const { cluster, kubeconfig, logs } = environment();
  if (cluster !== 'local') throw new Error('only the local cluster can be given a network plugin');
  await installPackage('ipset', () => existsSync('/usr/sbin/ipset'));
  const binary = await goTool('kube-router', join(import.meta.dirname, 'kube-router'), PACKAGE);
  // What pods of one node say to each other passes the bridge alone otherwise.
  await inNetwork('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1');
  const kubeRouter = await startProcess({
    name: 'kube-router',
    command: binary,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      `--service-cluster-ip-range=${SERVICE_CIDR}`,
      '--health-port=0',
    ],
    logFile: join(logs, 'kube-router.log'),
    netns: NETNS,
  });
  return async () => {
    await kubeRouter.stop();
    await clean();
  };
}

/** Its own `--cleanup-config` ends in a panic where there is no IPVS. */
async function clean(): Promise<void> {
  const saved = await inNetwork('iptables-save', '-t', 'filter');
  await run('nsenter', [NETWORK, 'iptables-restore', '--noflush'], { input: withoutItsChains(saved) });
  for (const set of itsSets(await inNetwork('ipset', 'list', '-n'))) await inNetwork('ipset', 'destroy', set);
}
