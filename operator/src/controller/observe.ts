/** Gathers everything that one reconcile looks at. Reads come from the local copies wherever they can. */
import { type FareRuleWorkerPool, parsePoolSpec } from '../../../crds/src/pool.ts';
import type { BacklogPoller } from '../engine/poller.ts';
import type { Exporter } from '../exporter/exporter.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS, type Kind } from '../kube/kinds.ts';
import { referencedSecrets } from '../pool/credentials.ts';
import { mayNeedBudget } from '../pool/manifests/disruptionBudget.ts';
import { autoscalerName, poolKey, workloadName } from '../pool/names.ts';
import type { KubeObject } from '../pool/objects.ts';
import type { Backlog, LiveObjects, MetricsApi, Observation } from '../pool/observation.ts';
import type { ScalingMemory } from '../pool/scaling/memory.ts';
import type { WorkerScraper } from '../workers/scraper.ts';
import { engineTarget } from './engineTarget.ts';
import type { Watches } from './watches.ts';

export interface Sources {
  client: KubeClient;
  watches: Watches;
  poller: BacklogPoller;
  /** Left out: switched off. */
  exporter?: Exporter;
  scraper: WorkerScraper;
  metricsApi: () => MetricsApi;
  /** What scaling remembers of each pool. */
  memories: Map<string, ScalingMemory>;
  workerImage: string;
}

const CPU_METRICS = 'v1beta1.metrics.k8s.io';

export async function observe(sources: Sources, pool: FareRuleWorkerPool): Promise<Observation> {
  const { exporter, watches, poller, scraper } = sources;
  const { name, namespace, uid } = pool.metadata;
  const key = poolKey(namespace, name);
  const parsed = parsePoolSpec(pool.spec);
  const referenced = parsed.ok ? referencedSecrets(parsed.spec) : [];
  const secrets = await watches.secrets.read(key, namespace, referenced);

  const target = parsed.ok ? engineTarget(namespace, parsed.spec, secrets) : undefined;
  if (target) {
    poller.track(key, { namespace, name }, target);
    exporter?.track(key, namespace, name, target);
  } else {
    poller.forget(key);
    exporter?.forget(key);
  }

  const live = await liveObjects(sources, pool, parsed.ok ? parsed.spec.scaling.minReplicas : undefined);
  const forbidden = Object.values(secrets).some(({ state }) => state === 'forbidden');
  const operator = forbidden ? await sources.client.userName() : undefined;
  const pods = watches.podsOf(namespace, name);
  const backlog = poller.backlog(key);
  // Also while the spec is invalid: the workers go on, and cost money.
  scraper.track(key, {
    uid,
    pods,
    busy: isBusy(pool, live, backlog),
    spending: pool.status?.spending,
    timeZone: parsed.ok ? (parsed.spec.llm.budget?.timeZone ?? 'UTC') : undefined,
  });

  const memory = sources.memories.get(key);
  const foreignScaler = watches.foreignScalers.of(key);
  return {
    now: Date.now(),
    pool,
    ...(memory && { memory }),
    ...(foreignScaler !== undefined && { foreignScaler }),
    claims: watches.claims
      .rivals(key)
      .map((rival) => ({ ...rival, unproven: poller.unproven(poolKey(rival.namespace, rival.name)) })),
    unproven: poller.unproven(key),
    live,
    secrets,
    ...(operator !== undefined && { operator }),
    pods,
    backlog,
    workers: scraper.stats(key),
    metricsApi: sources.metricsApi(),
    cpuMetricsServed: watches.apiServices?.get(CPU_METRICS) !== undefined,
    workerImage: sources.workerImage,
  };
}

/** Whether the pool has work, or more pods than it asked for last: then a step down is ahead. */
function isBusy({ status }: FareRuleWorkerPool, { deployment }: LiveObjects, backlog: Backlog): boolean {
  if (!backlog.known || backlog.pending + backlog.inFlight > 0) return true;
  return (deployment?.spec.replicas ?? 0) > (status?.desiredReplicas ?? 0);
}

async function liveObjects(
  { client, watches }: Sources,
  { metadata: { name: pool, namespace } }: FareRuleWorkerPool,
  minReplicas: number | undefined,
): Promise<LiveObjects> {
  // The copies hold what carries our label. What they lack may still be there under that name, as
  // somebody else's or with its label removed: only the API server knows.
  const find = async <T extends KubeObject>(
    store: { get(name: string, namespace: string): T | undefined },
    kind: Kind,
    name: string,
  ) => store.get(name, namespace) ?? (await client.get<T>(kind, name, namespace));
  const [serviceAccount, deployment, autoscaler] = await Promise.all([
    find(watches.serviceAccounts, KINDS.serviceAccount, workloadName(pool)),
    find(watches.deployments, KINDS.deployment, workloadName(pool)),
    find(watches.autoscalers, KINDS.autoscaler, autoscalerName(pool)),
  ]);
  const budgetName = workloadName(pool);
  // As the plan: what it would make must be looked for, or one that is not ours would be changed.
  const disruptionBudget = mayNeedBudget(minReplicas, deployment)
    ? await find(watches.disruptionBudgets, KINDS.disruptionBudget, budgetName)
    : watches.disruptionBudgets.get(budgetName, namespace);
  return {
    ...(serviceAccount && { serviceAccount }),
    ...(deployment && { deployment }),
    ...(autoscaler && { autoscaler }),
    ...(disruptionBudget && { disruptionBudget }),
  };
}
