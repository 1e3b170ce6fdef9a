/** The cluster that KUBECONFIG names; the backends run on this machine, where its pods reach them. */
import { buildBinaries } from '../cluster/binaries.ts';
import { OPERATOR_NAMESPACE } from '../cluster/controlPlane.ts';
import { installPackages } from '../cluster/packages.ts';
import { buildEngine } from '../engine/build.ts';
import { step } from '../support/step.ts';
import type { Environment } from './environment.ts';
import { uninstallOperator } from './install.ts';
import { type Kubectl, kubectlOf } from './kubectl.ts';
import { OURS, POOL_NAMESPACE } from './services.ts';
import type { PreparedCluster } from './up.ts';

/** @throws Error that names the variable that is missing */
export async function givenCluster(): Promise<PreparedCluster> {
  const kubeconfig = required('KUBECONFIG', 'path of the kubeconfig');
  const host = required('FRWP_HOST_ADDRESS', "this machine's address as the cluster's pods reach it");
  const images = {
    operator: required('FRWP_OPERATOR_IMAGE', 'operator image that the cluster can pull'),
    worker: required('FRWP_WORKER_IMAGE', 'worker image that the cluster can pull'),
  };
  await step('Debian packages', installPackages, (installed) => installed.join(', ') || 'all there');
  await step('kubectl from its Go module', buildBinaries);
  await step('Camunda application by Maven', buildEngine);
  return {
    addresses: { host, engines: [8080, 8081].map((port) => ({ address: host, port })) },
    async start() {
      const kubectl = await kubectlOf({ kubeconfig });
      await refuseOccupied(kubectl);
      return {
        cluster: 'kubeconfig',
        kubeconfig,
        images,
        apply: (manifests) => kubectl(['apply', '--server-side', '-f', '-'], manifests),
      };
    },
  };
}

/** What is there already is somebody's, and the end of the environment would take it away. */
async function refuseOccupied(kubectl: Kubectl): Promise<void> {
  const names = [`namespace/${POOL_NAMESPACE}`, `namespace/${OPERATOR_NAMESPACE}`];
  const found = (await kubectl(['get', ...names, '--ignore-not-found', '-o', 'name'])).trim();
  if (found)
    throw new Error(`the cluster of KUBECONFIG has ${found.replace('\n', ' and ')} already: use another`);
}

/** Takes away what an environment has put into a cluster that outlives it. */
export async function emptyGivenCluster(environment: Environment): Promise<void> {
  const kubectl = await kubectlOf(environment);
  const label = Object.entries(OURS).map((pair) => pair.join('='));
  // The pools first: their operator has to be there to the end, or nothing would say what is left.
  await kubectl(['delete', 'namespace', '-l', label.join(','), '--timeout=120s']);
  await uninstallOperator(environment);
}

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`FRWP_CLUSTER=kubeconfig needs ${name}: ${meaning}`);
  return value;
}
