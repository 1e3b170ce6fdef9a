/**
 * Starts all real parts and writes down where they are. By default in a cluster
 * of its own on this machine; FRWP_CLUSTER=kubeconfig uses the one that KUBECONFIG
 * names (see test/README.md for what it then needs).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { ensureBaseImage } from '../cluster/baseImage.ts';
import { buildBinaries } from '../cluster/binaries.ts';
import { clusterNetwork, clusterUp } from '../cluster/cluster.ts';
import { AUDIT_LOG } from '../cluster/controlPlane.ts';
import { buildImages, OPERATOR_IMAGE, WORKER_IMAGE } from '../cluster/images.ts';
import { ENGINE_ADDRESSES, HOST_ADDRESS } from '../cluster/network.ts';
import { installPackages } from '../cluster/packages.ts';
import { buildEngine } from '../engine/build.ts';
import { ENVIRONMENT_FILE, LOGS, STATE } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { say, step } from '../support/step.ts';
import { type Addresses, type Backends, LLM_PORT, startBackends } from './backends.ts';
import type { Environment } from './environment.ts';
import { POOL_NAMESPACE, serviceManifests } from './services.ts';

/** Starts the environment and returns its description, which is also in ENVIRONMENT_FILE. */
export async function up(): Promise<Environment> {
  const choice = process.env.FRWP_CLUSTER ?? 'local';
  if (choice !== 'local' && choice !== 'kubeconfig') {
    throw new Error(`FRWP_CLUSTER is "${choice}": set it to local (default) or kubeconfig`);
  }
  say(
    choice === 'local'
      ? 'Cluster: local, in a network namespace of its own'
      : 'Cluster: the one that KUBECONFIG names',
  );
  const { cluster, backends } = choice === 'local' ? await localCluster() : await givenCluster();
  await step('names for them inside the cluster', () => cluster.apply(serviceManifests(cluster.addresses)));

  const inCluster = (service: string) => `${service}.${POOL_NAMESPACE}.svc`;
  const description: Environment = {
    cluster: choice,
    kubeconfig: cluster.kubeconfig,
    ...(choice === 'local' && { auditLog: AUDIT_LOG }),
    images: cluster.images,
    engines: backends.engines,
    engineInCluster: `http://${inCluster('camunda-platform')}:8080/engine-rest`,
    postgres: backends.postgres,
    redis: backends.redis,
    redisInCluster: `redis://${inCluster('redis')}:6379/0`,
    llm: {
      ...backends.llm,
      baseURLInCluster: backends.llm.standIn
        ? `http://${inCluster('llm-stand-in')}:${LLM_PORT}/v1`
        : backends.llm.baseURL,
    },
    hostAddress: cluster.addresses.host,
    logs: LOGS,
  };
  // It carries the API key and the database's password.
  writeFileSync(ENVIRONMENT_FILE, JSON.stringify(description, null, 2), { mode: 0o600 });
  return description;
}

interface Parts {
  cluster: ReadyCluster;
  backends: Backends;
}

interface ReadyCluster {
  kubeconfig: string;
  images: Environment['images'];
  addresses: Addresses;
  apply(manifests: string): Promise<string>;
}

async function localCluster(): Promise<Parts> {
  await step('Debian packages', installPackages, (installed) => installed.join(', ') || 'all there');
  // The Go build takes minutes of both cores; the others mostly wait for the network.
  const [binaries] = await Promise.all([
    step('Kubernetes and CoreDNS from their Go modules', buildBinaries),
    step('Camunda application by Maven', buildEngine).then(() =>
      step('base image by debootstrap', ensureBaseImage),
    ),
  ]);
  const images = await step('images of operator and worker from their Dockerfiles', () =>
    buildImages(binaries),
  );
  const wayOut = Boolean(process.env.OPENAI_API_KEY);
  await clusterNetwork({ wayOut });
  const addresses = {
    host: HOST_ADDRESS,
    engines: ENGINE_ADDRESSES.map((address) => ({ address, port: 8080 })),
  };
  // Side by side: each waits for the other's processes only when pods start.
  const [cluster, backends] = await both(clusterUp(binaries, images, { wayOut }), startBackends(addresses));
  return {
    cluster: {
      kubeconfig: cluster.kubeconfig,
      images: { operator: OPERATOR_IMAGE, worker: WORKER_IMAGE },
      addresses,
      apply: (manifests) => cluster.kubectl(['apply', '--server-side', '-f', '-'], manifests),
    },
    backends,
  };
}

async function givenCluster(): Promise<Parts> {
  const kubeconfig = required('KUBECONFIG', 'path of the kubeconfig');
  const host = required('FRWP_HOST_ADDRESS', "this machine's address as the cluster's pods reach it");
  const images = {
    operator: required('FRWP_OPERATOR_IMAGE', 'operator image that the cluster can pull'),
    worker: required('FRWP_WORKER_IMAGE', 'worker image that the cluster can pull'),
  };
  await step('Debian packages', installPackages, (installed) => installed.join(', ') || 'all there');
  const { kube } = await step('kubectl from its Go module', buildBinaries);
  await step('Camunda application by Maven', buildEngine);
  mkdirSync(STATE, { recursive: true });
  const addresses = { host, engines: [8080, 8081].map((port) => ({ address: host, port })) };
  return {
    cluster: {
      kubeconfig,
      images,
      addresses,
      apply: (manifests) =>
        run(kube, ['kubectl', `--kubeconfig=${kubeconfig}`, 'apply', '--server-side', '-f', '-'], {
          input: manifests,
        }),
    },
    backends: await startBackends(addresses),
  };
}

/** Waits for both also when one fails: what the other still starts would outlive the clean-up. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`FRWP_CLUSTER=kubeconfig needs ${name}: ${meaning}`);
  return value;
}
