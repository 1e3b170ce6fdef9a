/** A cluster of its own on this machine, from nothing. */
import { ensureBaseImage } from '../cluster/baseImage.ts';
import { buildBinaries } from '../cluster/binaries.ts';
import { clusterNetwork, clusterUp } from '../cluster/cluster.ts';
import { AUDIT_LOG } from '../cluster/controlPlane.ts';
import {
  buildNodeImages,
  buildOwnImages,
  type ImageArchive,
  OPERATOR_IMAGE,
  WORKER_IMAGE,
} from '../cluster/images.ts';
import { ENGINE_ADDRESSES, HOST_ADDRESS } from '../cluster/network.ts';
import { installPackages } from '../cluster/packages.ts';
import { buildEngine } from '../engine/build.ts';
import { step } from '../support/step.ts';
import type { PreparedCluster } from './up.ts';

export async function localCluster(): Promise<PreparedCluster> {
  await step('Debian packages', installPackages, (installed) => installed.join(', ') || 'all there');
  // The Go build takes minutes of both cores; the others mostly wait for the network.
  const [binaries, own] = await Promise.all([
    step('Kubernetes and CoreDNS from their Go modules', buildBinaries),
    engineAndOwnImages(),
  ]);
  const images = [...own, ...(await step('images of the node', () => buildNodeImages(binaries)))];
  const wayOut = Boolean(process.env.OPENAI_API_KEY);
  await clusterNetwork({ wayOut });
  return {
    addresses: {
      host: HOST_ADDRESS,
      engines: ENGINE_ADDRESSES.map((address) => ({ address, port: 8080 })),
    },
    async start() {
      const { kubeconfig, kubectl } = await clusterUp(binaries, images, { wayOut });
      return {
        cluster: 'local',
        kubeconfig,
        auditLog: AUDIT_LOG,
        images: { operator: OPERATOR_IMAGE, worker: WORKER_IMAGE },
        apply: (manifests) => kubectl(['apply', '--server-side', '-f', '-'], manifests),
      };
    },
  };
}

async function engineAndOwnImages(): Promise<ImageArchive[]> {
  await step('Camunda application by Maven', buildEngine);
  await step('base image by debootstrap', ensureBaseImage);
  return step('images of operator and worker from their Dockerfiles', buildOwnImages);
}
