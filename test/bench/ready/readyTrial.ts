/** From the commit that makes tasks active to all pods being ready, from none. */

import type { TestCluster } from '../../integration/operatorHarness.ts';
import { sleep, waitFor } from '../../support/wait.ts';
import type { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import { RIGHT, type Target } from '../reaction/target.ts';
import { atRest, type Backlog, PATIENCE_MS } from '../reaction/trial.ts';

/** Starting twenty pods on one small node. */
const READY_MS = 300_000;

export interface ReadyTarget extends Target {
  from: 0;
  /** Lets the side go back to zero, or keeps it from that while pods still start. */
  goToZero(may: boolean): Promise<void>;
}

/**
 * The tasks are taken away as soon as the size is right, before the first worker is there to take one:
 * what is measured is scaling and the start of pods, not work.
 * @returns seconds
 * @throws Error when a side does not react, or its pods do not become ready
 */
export async function readyTrial(
  cluster: TestCluster,
  watch: DeploymentWatch,
  tasks: Backlog,
  target: ReadyTarget,
): Promise<number> {
  const { name, topic, periodMs } = target;
  await atRest(watch, target);
  await noPods(cluster);
  await target.goToZero(false);
  await sleep(Math.random() * periodMs);
  const committedAt = await tasks.activate(topic);
  try {
    await watch.until(name, `${RIGHT} replicas`, ({ replicas }) => replicas === RIGHT, PATIENCE_MS);
    await tasks.suspend(topic);
    const { at } = await watch.until(name, `${RIGHT} ready pods`, ({ ready }) => ready === RIGHT, READY_MS);
    return (at - committedAt) / 1_000;
  } finally {
    await tasks.suspend(topic);
    await target.goToZero(true);
  }
}

async function noPods(cluster: TestCluster): Promise<void> {
  const none = async () => (await cluster.list('v1', 'Pod')).length === 0;
  await waitFor('the pods of the last trial to end', none, { timeoutMs: 180_000, everyMs: 500 });
}
