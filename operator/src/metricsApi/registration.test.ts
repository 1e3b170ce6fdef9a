import { describe, expect, it } from '@jest/globals';
import type { ApiService } from '../controller/watches.ts';
import { apiService, ownership, served } from './registration.ts';

const service = { name: 'metrics', namespace: 'system', port: 443 };
const ours = apiService(service, 'ca', undefined) as unknown as ApiService;
const leadingTo = (name: string): ApiService => ({
  ...ours,
  spec: { service: { name, namespace: 'system' } },
});
const unavailable = (live: ApiService): ApiService => ({
  ...live,
  status: { conditions: [{ type: 'Available', status: 'False', reason: 'ServiceNotFound' }] },
});
const available = (live: ApiService): ApiService => ({
  ...live,
  status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] },
});
const unlabelled = (live: ApiService): ApiService => ({ ...live, metadata: { name: live.metadata.name } });

describe('the APIService', () => {
  it.each<[string, ApiService | undefined, string]>([
    ['pending while there is none', undefined, 'pending'],
    ['ours when it leads to our Service', ours, 'ours'],
    ['pending when our own leads to a Service that has gone', unavailable(leadingTo('old')), 'pending'],
    ['foreign when another installation serves it', leadingTo('other'), 'foreign'],
    ['foreign when another provider serves it', unlabelled(leadingTo('keda')), 'foreign'],
    [
      'foreign when another provider’s Service has gone',
      unavailable(unlabelled(leadingTo('keda'))),
      'foreign',
    ],
  ])('is %s', (_, live, state) => {
    expect(ownership(live, service).state).toBe(state);
  });

  it.each<[string, ApiService | undefined, boolean | undefined]>([
    ['not served while there is none', undefined, false],
    ['not served before the API server has looked', ours, false],
    ['not served while the API server does not reach us', unavailable(ours), false],
    ['served once the API server reaches us', available(ours), true],
    ['no matter of ours when another provider serves it', available(leadingTo('other')), undefined],
  ])('is %s', (_, live, expected) => {
    expect(served(live, ownership(live, service))).toBe(expected);
  });

  it('is no matter of ours when the metrics API is off', () => {
    expect(served(undefined, { state: 'off' })).toBeUndefined();
  });

  it('belongs to the operator’s ClusterRole, so that uninstalling removes it', () => {
    const owner = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'operator', uid: 'u' },
    };
    expect(apiService(service, 'ca', owner).metadata.ownerReferences).toEqual([
      { apiVersion: owner.apiVersion, kind: 'ClusterRole', name: 'operator', uid: 'u' },
    ]);
  });
});
