/** Which pods of a pool can be asked. Pure. */
import type { Pod } from '../pool/objects.ts';

/** Pods whose worker answers, by the kubelet's word: those that are ready, and those that finish what they hold. */
export function addresses(pods: readonly Pod[]): { pod: string; address: string }[] {
  return pods.flatMap(({ metadata, status }) => {
    const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    const answers = status?.phase === 'Running' && (ready || metadata.deletionTimestamp !== undefined);
    return answers && status?.podIP ? [{ pod: metadata.name, address: status.podIP }] : [];
  });
}

/** Names of the pods that have a process which may have spent something, ready or not. */
export function running(pods: readonly Pod[]): string[] {
  return pods.filter(({ status }) => status?.phase === 'Running').map(({ metadata }) => metadata.name);
}
