/** Puts one pool of a real operator under the load, and says who scaled it how often and whose steps were undone. */
import type { KubernetesObject } from '@kubernetes/client-node';
import type { PoolSpecInput } from '../../crds/src/pool.ts';
import { OpenTasks } from '../bench/engine/openTasks.ts';
import { environment } from '../environment/environment.ts';
import { IDLE_WORKER, TestCluster } from '../integration/operatorHarness.ts';
import { endOf } from '../support/auditLog.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { DeploymentSteps } from './deploymentSteps.ts';
import { type Curve, MAX_REPLICAS, TASKS_PER_REPLICA, WINDOW_SECONDS } from './sawtooth.ts';
import { scaleWrites } from './scaleWrites.ts';
import { type Step, type Undone, undone, unwitnessed } from './steps.ts';

const POOL = 'soak';
/** Longer than any time between two moments of the load. */
const LOCK_MINUTES = 10;

export interface Soaked {
  steps: Step[];
  undone: Undone[];
  /** Steps that the audit log does not bear out; empty where there is none to ask. */
  unwitnessed: Step[];
  rollouts: number;
}

export interface SoakOptions {
  /** One line of what happens. */
  tell(line: string): void;
}

/** @throws Error when the pool does not come to rest before the load, or the watch missed a part of it */
export async function soak(curve: Curve, { tell }: SoakOptions): Promise<Soaked> {
  const [engine = ''] = environment().engines;
  const tasks = await OpenTasks.open(engine, environment().postgres);
  const cluster = await TestCluster.open('soak');
  const { auditLog } = environment();
  const logFrom = auditLog ? endOf(auditLog) : 0;
  let steps: DeploymentSteps | undefined;
  try {
    await cluster.startLeader(await cluster.serveMetrics());
    await cluster.secret('openai', { 'api-key': environment().llm.apiKey });
    const topic = cluster.namespace;
    await tasks.add(topic, MAX_REPLICAS * TASKS_PER_REPLICA);
    const load = (count: number) => tasks.hold(topic, count, LOCK_MINUTES);
    await load(curve.rest);
    await cluster.createPool(POOL, poolOf(topic));
    await atRest(cluster, curve.rest / TASKS_PER_REPLICA);
    await ownReplicas(cluster, curve.rest / TASKS_PER_REPLICA);

    const start = Date.now();
    let backlog = curve.rest;
    const seconds = (at: number) => `${((at - start) / 1_000).toFixed(1).padStart(7)} s`;
    steps = new DeploymentSteps(cluster.admin, cluster.namespace, POOL, ({ at, from, to, writer }) =>
      tell(
        `${seconds(at)}  ${String(from).padStart(2)} → ${String(to).padStart(2)}  ${writer}, backlog ${backlog}`,
      ),
    );
    await steps.start();
    for (const { at, tasks: count, rollout, what } of curve.moments) {
      await sleep(Math.max(0, start + at * 1_000 - Date.now()));
      tell(`${seconds(Date.now())}           backlog ${count}: ${what}`);
      backlog = count;
      await (rollout ? roll(cluster, at) : load(count));
    }
    await sleep(Math.max(0, start + curve.length * 1_000 - Date.now()));
    if (steps.lost > 0) throw new Error(`the watch broke ${steps.lost} times: not every step was seen`);
    return judged(cluster, steps.steps, curve, logFrom);
  } finally {
    await steps?.stop();
    await cluster.close();
    await tasks.removeAll();
  }
}

function poolOf(topic: string): PoolSpecInput {
  return {
    engine: { urls: environment().engines, topic },
    llm: {
      credentials: [{ secretRef: { name: 'openai' } }],
      baseURL: environment().llm.baseURLInCluster,
    },
    // Tasks that are locked for longer than the pool's workers may lock them would not count as in work.
    worker: { ...IDLE_WORKER, lockDuration: `${LOCK_MINUTES}m` },
    scaling: {
      minReplicas: 2,
      maxReplicas: MAX_REPLICAS,
      tasksPerReplica: TASKS_PER_REPLICA,
      cpuUtilization: 0,
      scaleDownStabilization: `${WINDOW_SECONDS}s`,
    },
  };
}

/** The autoscaler has agreed, and the pods are ready: a rollout waits for them. */
async function atRest(cluster: TestCluster, replicas: number): Promise<void> {
  await waitFor(
    `${replicas} ready replicas that the autoscaler agrees with`,
    async () => {
      const deployment = await cluster.get('apps/v1', 'Deployment', POOL);
      const hpa = await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', `${POOL}-hpa`);
      const found = {
        spec: deployment?.spec.replicas,
        ready: deployment?.status?.readyReplicas,
        hpa: hpa?.status?.desiredReplicas,
      };
      if (Object.values(found).some((count) => count !== replicas)) throw new Error(JSON.stringify(found));
      return true;
    },
    { timeoutMs: 120_000, everyMs: 250 },
  );
}

/**
 * The API server follows the owner of a number through the scale only where it has one, and that of a Deployment that
 * was applied without `replicas` has none. So it gets one, with the same number; the next step takes it over.
 */
async function ownReplicas(cluster: TestCluster, replicas: number): Promise<void> {
  await cluster.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: POOL, namespace: cluster.namespace },
    spec: { replicas },
  } as KubernetesObject);
}

/** A setting that the workers read from their environment: the template changes, and every pod is replaced. */
async function roll(cluster: TestCluster, second: number): Promise<void> {
  const worker = { longPollTimeout: `${10_000 + second}ms` };
  await cluster.edit('farerules.dev/v1alpha1', 'FareRuleWorkerPool', POOL, { spec: { worker } });
}

function judged(cluster: TestCluster, steps: Step[], { moments }: Curve, logFrom: number): Soaked {
  const { auditLog } = environment();
  const deployment = { namespace: cluster.namespace, name: POOL };
  const writes = auditLog ? scaleWrites(auditLog, logFrom, deployment, cluster.operatorUser) : [];
  return {
    steps,
    undone: undone(steps),
    unwitnessed: auditLog ? unwitnessed(steps, writes) : [],
    rollouts: moments.filter(({ rollout }) => rollout).length,
  };
}
