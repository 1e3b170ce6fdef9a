import { expect, it } from '@jest/globals';
import { healthy } from '../fixtures.ts';
import { obstacleOf } from './facts.ts';

it.each<[string, object, string | undefined, string | undefined]>([
  ['nothing, when all pods are of one template', {}, undefined, undefined],
  ['a rollout', { updatedReplicas: 1 }, undefined, 'rollout'],
  ['pods that do not start, before a rollout', { updatedReplicas: 1 }, 'CrashLooping', 'CrashLooping'],
  ['nothing, when only the status is late', { observedGeneration: 0 }, undefined, undefined],
])('what stands in the way of more pods: %s', (_, status, problem, obstacle) => {
  const { live } = healthy();
  const { deployment } = live;
  if (!deployment) throw new Error('a healthy pool has one');
  const seen = { ...deployment, status: { ...deployment.status, ...status } };
  expect(obstacleOf({ ...healthy(), live: { ...live, deployment: seen } }, problem)).toBe(obstacle);
});
