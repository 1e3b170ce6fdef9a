/** What a crowd costs and how fast it is: from nothing, at rest, and when one of it gets work. */
import { AutoscalingV2Api, makeInformer } from '@kubernetes/client-node';
import { environment } from '../../environment/environment.ts';
import { kubectlOf } from '../../environment/kubectl.ts';
import { endOf } from '../../support/auditLog.ts';
import { sleep, waitFor } from '../../support/wait.ts';
import { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import { reactionTrial, type Trial } from '../reaction/trial.ts';
import type { Settings } from '../settings.ts';
import { writesSince } from './auditWrites.ts';
import type { Crowd, Member } from './crowd.ts';
import type { Engines } from './engines.ts';
import { histogramQuantile } from './histogram.ts';
import { total, usageOf } from './processUsage.ts';

/** KEDA has been seen to take more than eight minutes for 1,000. */
const FROM_NOTHING_MS = 900_000;
const QUIET_MS = 10_000;
const SETTLE_MS = 180_000;

export interface Measured {
  /** From the start of `kubectl apply` until each has its HPA, and how long kubectl itself took. */
  fromNothingSeconds: number;
  applySeconds: number;
  rest: Rest;
  trials: Trial[];
  /** MB at the end and at most. */
  rssMB: number;
  peakMB: number;
  reconcileP99Seconds?: number | undefined;
}

export interface Rest {
  cpuCores: number;
  callsPerSecond: number;
  /** Of ours; absent where there is no audit log, and for a peer. */
  writesPerSecond?: number;
  /** The first few, in words. */
  writes: string[];
}

export async function measureCrowd(crowd: Crowd, engines: Engines, settings: Settings): Promise<Measured> {
  const watch = new DeploymentWatch(crowd.cluster.admin, crowd.cluster.namespace);
  try {
    await watch.start();
    const creation = await createCrowd(crowd);
    await settled(crowd);
    const rest = await atRest(crowd, engines, settings.idleSeconds);
    const trials: Trial[] = [];
    for (const member of sample(crowd.members, settings.poolTrials)) {
      trials.push(await trial(watch, engines, crowd, member));
    }
    const { rssMB, peakMB } = total(crowd.pids.map(usageOf));
    const text = await crowd.metrics?.();
    const reconcileP99Seconds =
      text && histogramQuantile(text, 'fareruleworkerpool_reconcile_duration_seconds', 0.99);
    return { ...creation, rest, trials, rssMB, peakMB, ...(reconcileP99Seconds && { reconcileP99Seconds }) };
  } finally {
    await watch.stop();
  }
}

export async function createCrowd({ cluster, manifests, members }: Crowd) {
  const seen = new Set<string>();
  const { namespace } = cluster;
  const api = cluster.admin.makeApiClient(AutoscalingV2Api);
  const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  const informer = makeInformer(cluster.admin, path, () =>
    api.listNamespacedHorizontalPodAutoscaler({ namespace }),
  );
  informer.on('add', ({ spec }) => seen.add(spec?.scaleTargetRef.name ?? ''));
  await informer.start();
  try {
    const kubectl = await kubectlOf(environment());
    const start = performance.now();
    const since = () => (performance.now() - start) / 1_000;
    const applied = kubectl(['apply', '--server-side', '-f', '-'], manifests).then(since);
    await waitFor(`${members.length} HPAs`, () => seen.size >= members.length || undefined, {
      timeoutMs: FROM_NOTHING_MS,
      everyMs: 50,
    });
    const fromNothingSeconds = since();
    return { fromNothingSeconds, applySeconds: await applied };
  } finally {
    await informer.stop();
  }
}

/** Waits until nothing has been written for a while: what follows creation is not rest. */
export async function settled({ cluster }: Crowd): Promise<void> {
  const { auditLog } = environment();
  if (!auditLog) return sleep(QUIET_MS);
  const end = performance.now() + SETTLE_MS;
  for (let from = endOf(auditLog); performance.now() < end; from = endOf(auditLog)) {
    await sleep(QUIET_MS);
    if (writesSince(auditLog, from, cluster.operatorUser).length === 0) return;
  }
}

async function atRest(crowd: Crowd, engines: Engines, seconds: number): Promise<Rest> {
  const { auditLog } = environment();
  const cpuSeconds = () => total(crowd.pids.map(usageOf)).cpuSeconds;
  const before = { cpu: cpuSeconds(), calls: await engines.calls(), log: auditLog && endOf(auditLog) };
  const start = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - start) / 1_000;
  const writes =
    crowd.peer === null && auditLog && before.log !== undefined
      ? writesSince(auditLog, Number(before.log), crowd.cluster.operatorUser)
      : undefined;
  return {
    cpuCores: (cpuSeconds() - before.cpu) / elapsed,
    callsPerSecond: ((await engines.calls()) - before.calls) / elapsed,
    ...(writes && { writesPerSecond: writes.length / elapsed }),
    writes: [...new Set(writes)].slice(0, 5),
  };
}

function trial(watch: DeploymentWatch, engines: Engines, { from }: Crowd, member: Member): Promise<Trial> {
  const { name, topic, engine } = member;
  const backlog = {
    activate: () => engines.fill(engine, topic),
    suspend: () => engines.empty(engine, topic),
  };
  // Each is used once: only the poll's phase is still to be spread.
  return reactionTrial(watch, backlog, { name, topic, from, periodMs: 2_000 });
}

/** So many of them, each at most once, in random order. */
export function sample<T>(all: readonly T[], count: number): T[] {
  return all
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ item }) => item);
}
