/** The cluster that KUBECONFIG names; the backends run on this machine, where its pods reach them. */
import { buildBinaries } from '../cluster/binaries.ts';
import { installPackages } from '../cluster/packages.ts';
import { buildEngine } from '../engine/build.ts';
import { step } from '../support/step.ts';
import { kubectlOf } from './kubectl.ts';
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
      return {
        cluster: 'kubeconfig',
        kubeconfig,
        images,
        apply: (manifests) => kubectl(['apply', '--server-side', '-f', '-'], manifests),
      };
    },
  };
}

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`FRWP_CLUSTER=kubeconfig needs ${name}: ${meaning}`);
  return value;
}
