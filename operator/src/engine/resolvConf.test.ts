import { describe, expect, it } from '@jest/globals';
import { candidates, hostsAddresses, ofNamespace, parseResolvConf } from './resolvConf.ts';

const IN_A_POD = `search refunds.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5 timeout:2
`;

describe('the names that are asked for', () => {
  const pod = parseResolvConf(IN_A_POD);

  it.each([
    [
      'camunda',
      ['camunda.refunds.svc.cluster.local', 'camunda.svc.cluster.local', 'camunda.cluster.local', 'camunda'],
    ],
    [
      'a.b.c.d.e.example',
      [
        'a.b.c.d.e.example',
        'a.b.c.d.e.example.refunds.svc.cluster.local',
        'a.b.c.d.e.example.svc.cluster.local',
        'a.b.c.d.e.example.cluster.local',
      ],
    ],
    ['engine.example.', ['engine.example']],
  ])('of %s in a pod are %j', (hostname, names) => {
    expect(candidates(hostname, pod)).toEqual(names);
  });

  it.each([
    ['', { search: [], ndots: 1 }],
    ['search a b\nsearch c', { search: ['c'], ndots: 1 }],
    ['domain example # ours\noptions rotate', { search: ['example'], ndots: 1 }],
    ['options ndots:99', { search: [], ndots: 15 }],
  ])('follow %j', (text, conf) => {
    expect(parseResolvConf(text)).toEqual(conf);
  });
});

describe('names as a pod of another namespace has them', () => {
  const conf = (...search: string[]) => ({ search, ndots: 5 });

  it.each([
    [
      'begin with its domain',
      conf('system.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'),
      conf('refunds.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'),
    ],
    [
      'begin with its domain in a cluster of another name',
      conf('system.svc.k8s.corp', 'svc.k8s.corp', 'k8s.corp'),
      conf('refunds.svc.k8s.corp', 'svc.k8s.corp', 'k8s.corp'),
    ],
    ['are the same outside a cluster', conf('lan', 'a.svc.example'), conf('lan', 'a.svc.example')],
  ])('%s', (_, own, expected) => {
    expect(ofNamespace(own, 'refunds')).toEqual(expected);
  });

  it.each([
    ['camunda', 'camunda.refunds.svc.cluster.local'],
    ['node-0.camunda', 'node-0.camunda.refunds.svc.cluster.local'],
    ['camunda.engines', 'camunda.engines.svc.cluster.local'],
    ['camunda.engines.svc', 'camunda.engines.svc.cluster.local'],
  ])('so %s can be %s, and nothing beside the operator', (hostname, full) => {
    const own = conf('system.svc.cluster.local', 'svc.cluster.local', 'cluster.local');
    const names = candidates(hostname, ofNamespace(own, 'refunds'));
    expect(names).toContain(full);
    expect(names.filter((name) => name.includes('system'))).toEqual([]);
  });
});

describe('/etc/hosts', () => {
  const hosts =
    '127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.7 Engine engine.example # ours\nx y\n';

  it.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['ENGINE', ['10.0.0.7']],
    ['engine.example', ['10.0.0.7']],
    ['ours', []],
    ['y', []],
  ])('has for %s %j', (name, addresses) => {
    expect(hostsAddresses(hosts, name).map(({ address }) => address)).toEqual(addresses);
  });
});
