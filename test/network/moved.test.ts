import { expect, it } from '@jest/globals';
import { movedPods, movedPolicies } from './moved.ts';
import type { NetworkPolicy } from './policy.ts';

it('policies take the namespaces that they name along', () => {
  const name = 'kubernetes.io/metadata.name';
  const policy = (prefix: string): NetworkPolicy => ({
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: `${prefix}shop` },
    spec: {
      podSelector: {},
      ingress: [
        { from: [{ namespaceSelector: { matchLabels: { [name]: `${prefix}bots`, team: 'a' } } }] },
        {
          from: [
            {
              namespaceSelector: {
                matchExpressions: [{ key: name, operator: 'In', values: [`${prefix}one`] }],
              },
            },
            { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['one'] }] } },
          ],
        },
      ],
    },
  });
  expect(movedPolicies('t', [policy('')])).toEqual([policy('t-')]);
});

it('pods move, hosts do not', () => {
  const pods = movedPods('t', { a: { namespace: 'shop', labels: {} }, b: { ip: '10.0.0.1' } });
  expect([...pods]).toEqual([['a', { namespace: 't-shop', labels: {} }]]);
});
