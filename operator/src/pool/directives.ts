/**
 * What each worker pod is told by an annotation, which it reads as a file: how
 * many pods share the quotas, and until when the budget is spent. Written only
 * for pools that need it, and only where it differs.
 */
import { DIRECTIVES_ANNOTATION, type Directives } from '../../../crds/src/directives.ts';
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { rfc3339 } from '../support/time.ts';
import type { Pod } from './objects.ts';
import type { SpentBudget } from './scaling/budget.ts';

export interface DirectiveChange {
  pod: string;
  /** The annotation's text. */
  text: string;
}

export interface PodDirectives {
  changes: DirectiveChange[];
  /** What was written and is not seen in the local copy of the pods yet, by pod name. */
  unseen: Record<string, string>;
}

export interface DirectivesInput {
  /** Pods that the Deployment has, or is about to have. */
  replicas: number;
  /** Whether new pods start. */
  starting: boolean;
  budget: SpentBudget | undefined;
}

/** Undefined for a pool whose workers need to be told nothing. */
export function directivesOf(
  { llm }: PoolSpec,
  pods: readonly Pod[],
  { replicas, starting, budget }: DirectivesInput,
): Directives | undefined {
  // With a Redis, too: the share is what counts while that is lost.
  if (!llm.quotas?.length && llm.budget?.whenSpent !== 'Manual') return undefined;
  const running = pods.filter((pod) => stays(pod) && pod.status?.phase === 'Running').length;
  return {
    // Before a pod starts, the others leave it its share.
    podsSharingQuota: Math.max(1, running, starting ? replicas : 0),
    ...(budget?.action === 'Manual' && { budgetSpentUntil: rfc3339(budget.until) }),
  };
}

/** @param unseen as the last answer said: what was just written is not written again */
export function podDirectives(
  pods: readonly Pod[],
  directives: Directives | undefined,
  unseen: Readonly<Record<string, string>> = {},
): PodDirectives {
  const answer: PodDirectives = { changes: [], unseen: {} };
  if (!directives) return answer;
  const text = JSON.stringify(directives);
  for (const { metadata } of pods.filter(stays)) {
    const { name, annotations } = metadata;
    const seen = annotations?.[DIRECTIVES_ANNOTATION];
    if ((unseen[name] ?? seen) !== text) answer.changes.push({ pod: name, text });
    if (seen !== text) answer.unseen[name] = text;
  }
  return answer;
}

/** One that is on its way out only finishes what it holds. */
function stays({ metadata, status }: Pod): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return metadata.deletionTimestamp === undefined && !ended;
}
