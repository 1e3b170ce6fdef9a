/**
 * Starts all real parts and writes down where they are. By default in a cluster
 * of its own on this machine; FRWP_CLUSTER=kubeconfig uses the one that KUBECONFIG
 * names (see test/README.md for what it then needs).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT_FILE, LOGS, STATE } from '../support/paths.ts';
import { say, step } from '../support/step.ts';
import { type Addresses, LLM_PORT, type Stores, startEngines, startStores } from './backends.ts';
import type { Environment } from './environment.ts';
import { givenCluster } from './givenCluster.ts';
import { localCluster } from './localCluster.ts';
import { POOL_NAMESPACE, serviceManifests } from './services.ts';

/** A cluster whose parts are built and whose network is there, so that the backends can start beside it. */
export interface PreparedCluster {
  addresses: Addresses;
  start(): Promise<ReadyCluster>;
}

export interface ReadyCluster extends Pick<Environment, 'cluster' | 'kubeconfig' | 'auditLog' | 'images'> {
  apply(manifests: string): Promise<string>;
}

export interface UpOptions {
  /** What can be done in the cluster while the engine nodes still start. */
  meanwhile?: (environment: Environment) => Promise<void>;
}

/** Starts the environment and returns its description, which is also in ENVIRONMENT_FILE. */
export async function up({ meanwhile }: UpOptions = {}): Promise<Environment> {
  const prepared = await chosenCluster();
  const { addresses } = prepared;
  mkdirSync(STATE, { recursive: true });
  const stores = startStores(addresses);
  const engines = stores.then(({ postgres }) => startEngines(addresses, postgres));
  const inCluster = async () => {
    const cluster = await prepared.start();
    const environment = describe(cluster, addresses, await stores);
    // Before anything is put into the cluster: `down` reads what to take away again. It carries the
    // API key and the database's password.
    writeFileSync(ENVIRONMENT_FILE, JSON.stringify(environment, null, 2), { mode: 0o600 });
    await step('names in the cluster for what runs outside', () =>
      cluster.apply(serviceManifests(addresses)),
    );
    await meanwhile?.(environment);
    return environment;
  };
  const [environment] = await both(inCluster(), engines);
  return environment;
}

function chosenCluster(): Promise<PreparedCluster> {
  const choice = process.env.FRWP_CLUSTER ?? 'local';
  if (choice === 'local') {
    say('Cluster: local, in a network namespace of its own');
    return localCluster();
  }
  if (choice === 'kubeconfig') {
    say('Cluster: the one that KUBECONFIG names');
    return givenCluster();
  }
  throw new Error(`FRWP_CLUSTER is "${choice}": set it to local (default) or kubeconfig`);
}

function describe({ apply: _, ...cluster }: ReadyCluster, addresses: Addresses, stores: Stores): Environment {
  const inCluster = (service: string) => `${service}.${POOL_NAMESPACE}.svc`;
  const { llm, postgres, redis } = stores;
  return {
    ...cluster,
    engines: addresses.engines.map(({ address, port }) => `http://${address}:${port}/engine-rest`),
    engineInCluster: `http://${inCluster('camunda-platform')}:8080/engine-rest`,
    postgres,
    redis,
    redisInCluster: `redis://${inCluster('redis')}:6379/0`,
    llm: {
      ...llm,
      baseURLInCluster: llm.standIn ? `http://${inCluster('llm-stand-in')}:${LLM_PORT}/v1` : llm.baseURL,
    },
    hostAddress: addresses.host,
    logs: LOGS,
  };
}

/** Waits for both also when one fails: what the other still starts would outlive the clean-up. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
