/** One reaction: from the commit that makes the tasks active to the Deployment being asked for the right size. */
import { sleep } from '../../support/wait.ts';
import type { DeploymentWatch } from '../cluster/deploymentWatch.ts';
import { RIGHT, type Target } from './target.ts';

/** A side that has not reacted by then counts with this time. */
export const PATIENCE_MS = 120_000;
/** The way down is not measured, and slow on purpose on both sides. */
const REST_MS = 180_000;

/** Makes the tasks of a topic wait, and takes them away; `OpenTasks` is one. */
export interface Backlog {
  /** Returns when, in milliseconds since 1970. */
  activate(topic: string): Promise<number>;
  suspend(topic: string): Promise<void>;
}

export interface Trial {
  seconds: number;
  /** When the tasks became active: milliseconds since 1970. */
  committedAt: number;
  /** Whether it was given up after the patience. */
  gaveUp: boolean;
}

/**
 * Waits for rest, then for a random moment, then measures; leaves the tasks suspended.
 * @throws Error when the Deployment does not come to rest, or leaves it without tasks
 */
export async function reactionTrial(watch: DeploymentWatch, tasks: Backlog, target: Target): Promise<Trial> {
  const { name, topic, from } = target;
  await atRest(watch, target);
  await sleep(Math.random() * target.periodMs);
  const { replicas } = await atRest(watch, target);
  if (replicas !== from) throw new Error(`${name} left its rest without tasks`);
  const committedAt = await tasks.activate(topic);
  try {
    const { at } = await watch.until(
      name,
      `${RIGHT} replicas`,
      (seen) => seen.replicas === RIGHT,
      PATIENCE_MS,
    );
    return { seconds: (at - committedAt) / 1_000, committedAt, gaveUp: false };
  } catch {
    return { seconds: PATIENCE_MS / 1_000, committedAt, gaveUp: true };
  } finally {
    await tasks.suspend(topic);
  }
}

export function atRest(watch: DeploymentWatch, { name, from }: Target) {
  return watch.until(name, `${from} replicas again`, (seen) => seen.replicas === from, REST_MS);
}
