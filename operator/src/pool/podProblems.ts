/** Why pods do not start, told from their status. */
import { REASONS, type Reason } from '../reasons.ts';
import type { ContainerStatus, Deployment, Pod } from './objects.ts';

export interface Problem {
  reason: Reason;
  message: string;
}

const IMAGE_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
]);
const CONFIG_REASONS = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** The first problem in a checklist from the cluster inwards, with how many pods have it. */
export function findProblem(deployment: Deployment | undefined, pods: Pod[]): Problem | undefined {
  const alive = pods.filter((pod) => !pod.metadata.deletionTimestamp);
  return (
    refused(deployment) ??
    firstOf(alive, unschedulable) ??
    firstOf(alive, (pod) => firstContainer(pod, image)) ??
    firstOf(alive, (pod) => firstContainer(pod, configuration)) ??
    firstOf(alive, (pod) => firstContainer(pod, crash))
  );
}

function refused(deployment: Deployment | undefined): Problem | undefined {
  const failure = deployment?.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  return (
    failure && {
      reason: REASONS.PodsRefused,
      message: `Pods cannot be created: ${failure.message ?? failure.reason}`,
    }
  );
}

function unschedulable(pod: Pod): Problem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  return {
    reason: REASONS.Unschedulable,
    message: `No node takes the pod: ${scheduled.message ?? 'no reason given'}`,
  };
}

function image({ name, state, image: reference }: ContainerStatus): Problem | undefined {
  const reason = state?.waiting?.reason;
  if (!reason || !IMAGE_REASONS.has(reason)) return undefined;
  return {
    reason: REASONS.ImageUnavailable,
    message: `Container ${name} has no image (${reason}): check "${reference}", spec.worker.image and imagePullSecrets`,
  };
}

function configuration({ name, state }: ContainerStatus): Problem | undefined {
  const reason = state?.waiting?.reason;
  if (!reason || !CONFIG_REASONS.has(reason)) return undefined;
  return {
    reason: REASONS.ContainerConfig,
    message: `Container ${name} cannot be created (${reason}): see kubectl describe pod`,
  };
}

/** A container that ended and is not ready again: it need not have reached the kubelet's back-off yet. */
function crash({ name, ready, restartCount = 0, state, lastState }: ContainerStatus): Problem | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  if (ready || !ended || (restartCount === 0 && ended.exitCode === 0)) return undefined;
  return {
    reason: REASONS.CrashLoop,
    message:
      `Container ${name} ended with exit code ${ended.exitCode ?? '?'} (${ended.reason ?? 'no reason'}): ` +
      `see kubectl logs --previous`,
  };
}

function firstContainer(
  pod: Pod,
  check: (status: ContainerStatus) => Problem | undefined,
): Problem | undefined {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return firstDefined(statuses.map(check));
}

/** The problem of the first pod that has one, told with the number of pods that do. */
function firstOf(pods: Pod[], check: (pod: Pod) => Problem | undefined): Problem | undefined {
  const problems = pods.map(check).filter((problem) => problem !== undefined);
  const [first] = problems;
  return (
    first && { reason: first.reason, message: `${problems.length} of ${pods.length} pods: ${first.message}` }
  );
}

const firstDefined = <T>(items: (T | undefined)[]): T | undefined => items.find((item) => item !== undefined);
