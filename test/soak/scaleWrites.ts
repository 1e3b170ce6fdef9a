/** Writes to a Deployment's scale, from the API server's audit log. */
import { textSince } from '../support/auditLog.ts';
import type { ScaleWrite, Writer } from './steps.ts';

const AUTOSCALER = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';

interface ScaleEvent {
  stage: string;
  verb: string;
  user: { username: string };
  objectRef: { namespace: string; name: string };
  requestReceivedTimestamp: string;
}

/**
 * @param from where in the log to begin
 * @param operatorUser the user that the operator is to the API server
 */
export function scaleWrites(
  log: string,
  from: number,
  { namespace, name }: { namespace: string; name: string },
  operatorUser: string,
): ScaleWrite[] {
  const writers: Record<string, Writer> = { [operatorUser]: 'operator', [AUTOSCALER]: 'autoscaler' };
  return textSince(log, from)
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.includes('"subresource":"scale"') && line.includes(namespace))
    .map((line) => JSON.parse(line) as ScaleEvent)
    .filter(({ stage, verb }) => stage === 'ResponseComplete' && ['patch', 'update'].includes(verb))
    .filter(({ objectRef }) => objectRef.namespace === namespace && objectRef.name === name)
    .map(({ user, requestReceivedTimestamp }) => ({
      at: new Date(requestReceivedTimestamp).getTime(),
      writer: writers[user.username] ?? `unknown: ${user.username}`,
    }));
}
