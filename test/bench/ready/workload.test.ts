import { expect, it } from '@jest/globals';
import { copies, type Workload } from './workload.ts';

const owned = (kind: string, name: string, rest: object) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'a', uid: '1', resourceVersion: '7', ownerReferences: [{ uid: '2' }] },
  ...rest,
});

it('a copied workload has the same pods, and no owner that would take it away', () => {
  const podSpec = { serviceAccountName: 'pool', containers: [{ name: 'worker', image: 'w:1' }] };
  const workload = {
    deployment: owned('Deployment', 'pool', {
      spec: {
        strategy: { type: 'RollingUpdate' },
        template: { metadata: { labels: { p: 'x' } }, spec: podSpec },
      },
      status: { replicas: 3 },
    }),
    others: [owned('Secret', 'openai', { data: { k: 'dg==' } })],
  } as unknown as Workload;
  expect(copies(workload, 'b', 'theirs')).toEqual([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'openai', namespace: 'b' },
      data: { k: 'dg==' },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'theirs', namespace: 'b' },
      spec: {
        replicas: 0,
        strategy: { type: 'RollingUpdate' },
        selector: { matchLabels: { app: 'theirs' } },
        template: { metadata: { labels: { app: 'theirs' } }, spec: podSpec },
      },
    },
  ]);
});
