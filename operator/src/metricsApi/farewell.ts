/**
 * When the APIService has to go. It has no namespace, so nothing removes it with the operator's namespace;
 * left behind it leads nowhere, and a group that cannot be discovered keeps every namespace of the cluster
 * from being deleted. An owner reference to the namespace would not help: the namespace waits for discovery,
 * which waits for the APIService, which the garbage collector leaves alone until the namespace has gone.
 * But the content of a namespace is deleted 5 s after the namespace is told to go, and the operator's rights
 * on the APIService outlive it: time enough to take it away.
 */
import type { KubeObject } from '../pool/objects.ts';
import type { MetricsApi } from '../pool/observation.ts';

export type RegistrationStep =
  /** Make it, or repair it. */
  | 'keep'
  /** Delete it. */
  | 'withdraw'
  | 'leaveAlone';

/** @param leading a follower withdraws, too: the leader may be gone, and nobody needs it any more */
export function registrationStep(
  { state }: MetricsApi,
  { leading, leaving }: { leading: boolean; leaving: boolean },
): RegistrationStep {
  if (state === 'foreign') return 'leaveAlone';
  if (leaving) return state === 'ours' ? 'withdraw' : 'leaveAlone';
  return leading ? 'keep' : 'leaveAlone';
}

/** Whether a namespace is on its way out, or has gone. */
export function isLeaving(namespace: KubeObject | undefined): boolean {
  return namespace?.metadata.deletionTimestamp !== undefined || namespace === undefined;
}
