import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '../objects.ts';
import { mayNeedBudget } from './disruptionBudget.ts';

const deploymentOf = (replicas: number): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'refunds' },
  spec: { replicas },
});

describe('a disruption budget', () => {
  it.each<[string, number | undefined, Deployment | undefined, boolean]>([
    ['is not needed by a pool that starts at zero', 0, undefined, false],
    ['is not needed while such a pool is at zero', 0, deploymentOf(0), false],
    ['is needed once it has pods', 0, deploymentOf(1), true],
    ['is needed by a new pool with pods', 2, undefined, true],
    ['is needed where somebody has scaled to zero for a while', 2, deploymentOf(0), true],
    ['is looked for while the spec is invalid, if there are pods', undefined, deploymentOf(3), true],
  ])('%s', (_, minReplicas, deployment, needed) => {
    expect(mayNeedBudget(minReplicas, deployment)).toBe(needed);
  });
});
