/** Our operator as its image has it, but as a process of this machine, with the rights of the manifests. */

import type { PoolSpecInput } from '../../../crds/src/pool.ts';
import { environment } from '../../environment/environment.ts';
import { freePort, TestCluster } from '../../integration/operatorHarness.ts';
import { closeWhole } from '../cluster/closeWhole.ts';
import { ON_HOLLOW_NODE } from '../cluster/hollowNode.ts';
import { dropProvider, providerAvailable } from '../cluster/metricsProvider.ts';
import { serviceToHost } from '../cluster/serviceToHost.ts';
import { bundled } from '../image.ts';
import { RIGHT, type Start, TASKS_PER_REPLICA } from './target.ts';

const SERVICE = 'operator-under-measurement';

export interface Ours {
  cluster: TestCluster;
  operator: Awaited<ReturnType<TestCluster['startLeader']>>;
  stop(): Promise<void>;
}

/** Starts the operator in a namespace of its own and waits until it leads and is asked by HPA. */
export async function startOurs(name: string): Promise<Ours> {
  const cluster = await TestCluster.open(name);
  const stop = async () => {
    // The operator first: it would make the APIService again.
    await cluster.stopOperators();
    await dropProvider(cluster);
    await closeWhole(cluster);
  };
  try {
    const port = await freePort();
    await dropProvider(cluster);
    await cluster.apply(...serviceToHost(cluster.operatorNamespace, SERVICE, port));
    const operator = await cluster.startLeader(
      { METRICS_API_SERVICE: SERVICE, METRICS_API_PORT: String(port) },
      await bundled('operator'),
    );
    await cluster.secret('openai', { 'api-key': environment().llm.apiKey });
    await providerAvailable(cluster, SERVICE);
    return { cluster, operator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A pool that scales by its backlog alone, and is down again as soon as it may. */
export function benchPool(
  topic: string,
  from: Start,
  worker: PoolSpecInput['worker'] = { podSpec: ON_HOLLOW_NODE },
  engines = environment().engines,
): PoolSpecInput {
  const scaling = {
    minReplicas: from,
    ...(from === 0 && { idle: { after: '1s' } }),
    maxReplicas: RIGHT,
    tasksPerReplica: TASKS_PER_REPLICA,
    cpuUtilization: 0,
    scaleDownStabilization: '0s',
  };
  return {
    engine: { urls: engines, topic },
    llm: {
      credentials: [{ secretRef: { name: 'openai' } }],
      baseURL: environment().llm.baseURLInCluster,
      ...(environment().llm.standIn && { providerName: 'stand-in' }),
    },
    worker,
    scaling,
  };
}

/**
 * Whether the installed CRD takes a pool that goes to no pods at all.
 * @returns the API server's refusal, or undefined
 */
export async function refusalOfZero(cluster: TestCluster): Promise<string | undefined> {
  const name = 'zero';
  try {
    await cluster.createPool(name, benchPool('bench-zero', 0));
  } catch (error) {
    const { body = '{}' } = error as { body?: string };
    return (JSON.parse(body) as { message?: string }).message ?? String(error);
  }
  await cluster.remove('farerules.dev/v1alpha1', 'FareRuleWorkerPool', name);
  return undefined;
}
