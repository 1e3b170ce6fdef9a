/** The evaluator against the specification of NetworkPolicy, sentence by sentence. */
import { describe, expect, it } from '@jest/globals';
import { allowed, type Endpoint, type Flow, type NetworkPolicy, type Pod } from './policy.ts';

const pod = (namespace: string, labels: Record<string, string>, more: Partial<Pod> = {}): Pod => ({
  namespace,
  labels,
  ...more,
});
const web = pod('shop', { app: 'web' }, { ip: '10.1.0.1', ports: [{ name: 'http', containerPort: 8080 }] });
const cart = pod('shop', { app: 'cart', tier: 'back' }, { ip: '10.1.0.2' });
const crawler = pod('bots', { app: 'web' }, { ip: '10.2.0.1', namespaceLabels: { team: 'search' } });
const inside = { ip: '192.168.7.7' };
const outside = { ip: '8.8.8.8' };
const sixth = { ip: '2001:db8::7' };

const policy = (spec: Partial<NetworkPolicy['spec']>, namespace = 'shop'): NetworkPolicy => ({
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace },
  spec: { podSelector: { matchLabels: { app: 'web' } }, ...spec },
});
const open = (
  policies: NetworkPolicy[],
  from: Endpoint,
  to: Endpoint,
  { port = 8080, protocol, podsMatchIPBlocks = true }: Partial<Flow> & { podsMatchIPBlocks?: boolean } = {},
) =>
  allowed(policies, { from, to, port, ...(protocol !== undefined && { protocol }) }, { podsMatchIPBlocks });

const everyone = [{}];
const fromCart = [{ from: [{ podSelector: { matchLabels: { app: 'cart' } } }] }];

describe('who is isolated', () => {
  it.each<[string, NetworkPolicy[], Endpoint, Endpoint, boolean]>([
    ['nobody without a policy', [], cart, web, true],
    ['who is selected, against all that enters', [policy({})], cart, web, false],
    ['who is selected, not in what leaves', [policy({})], web, outside, true],
    ['nobody whom the policy does not select', [policy({})], web, cart, true],
    ['nobody in another namespace', [policy({})], cart, crawler, true],
    ['everybody, where the selector is empty', [policy({ podSelector: {} })], web, cart, false],
    [
      'who is selected in what leaves, by its type',
      [policy({ policyTypes: ['Egress'] })],
      web,
      outside,
      false,
    ],
    [
      'not in what enters, when egress is the only type',
      [policy({ policyTypes: ['Egress'] })],
      cart,
      web,
      true,
    ],
    ['in both, when there are egress rules and no types', [policy({ egress: everyone })], cart, web, false],
    [
      'in what leaves, when there are egress rules and no types',
      [policy({ egress: [{ to: [{ podSelector: {} }] }] })],
      web,
      outside,
      false,
    ],
    [
      'not in what leaves, when the list of egress rules is empty',
      [policy({ egress: [] })],
      web,
      outside,
      true,
    ],
    [
      'in neither by rules of a type that is not named',
      [policy({ policyTypes: ['Ingress'], egress: [] })],
      web,
      cart,
      true,
    ],
  ])('%s', (_, policies, from, to, expected) => {
    expect(open(policies, from, to)).toBe(expected);
  });
});

describe('a rule', () => {
  const rule = (ingress: NetworkPolicy['spec']['ingress'] = []) => [policy({ ingress })];
  it.each<[string, NetworkPolicy[], Endpoint, boolean]>([
    ['without peers allows everyone', rule(everyone), outside, true],
    ['with an empty list of peers, too', rule([{ from: [] }]), outside, true],
    ['for pods allows those of its own namespace', rule(fromCart), cart, true],
    ['for pods allows none of another namespace', rule([{ from: [{ podSelector: {} }] }]), crawler, false],
    ['for all pods allows nobody who is none', rule([{ from: [{ podSelector: {} }] }]), outside, false],
    [
      'for namespaces allows all their pods',
      rule([{ from: [{ namespaceSelector: { matchLabels: { team: 'search' } } }] }]),
      crawler,
      true,
    ],
    [
      'knows a namespace by its name',
      rule([{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'bots' } } }] }]),
      crawler,
      true,
    ],
    [
      'for all namespaces allows pods and no hosts',
      rule([{ from: [{ namespaceSelector: {} }] }]),
      inside,
      false,
    ],
    [
      'with both selectors in one peer asks for both',
      rule([{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'cart' } } }] }]),
      crawler,
      false,
    ],
    [
      'with the selectors in two peers asks for one',
      rule([{ from: [{ namespaceSelector: {} }, { podSelector: { matchLabels: { app: 'cart' } } }] }]),
      crawler,
      true,
    ],
    [
      'for a range allows its addresses',
      rule([{ from: [{ ipBlock: { cidr: '192.168.0.0/16' } }] }]),
      inside,
      true,
    ],
    [
      'for a range allows no others',
      rule([{ from: [{ ipBlock: { cidr: '192.168.0.0/16' } }] }]),
      outside,
      false,
    ],
    [
      'for a range leaves out its exceptions',
      rule([{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['192.168.0.0/16'] } }] }]),
      inside,
      false,
    ],
    [
      'for a range of one family is none for the other',
      rule([{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }]),
      sixth,
      false,
    ],
    ['for IPv6', rule([{ from: [{ ipBlock: { cidr: '2001:db8::/32' } }] }]), sixth, true],
  ])('%s', (_, policies, from, expected) => {
    expect(open(policies, from, web)).toBe(expected);
  });

  it.each([true, false])('for a range counts for pods where the plugin says so: %s', (podsMatchIPBlocks) => {
    const policies = rule([{ from: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }]);
    expect(open(policies, cart, web, { podsMatchIPBlocks })).toBe(podsMatchIPBlocks);
  });

  it('adds to the others: the policies of a pod forbid only what none of them allows', () => {
    expect(open([policy({}), policy({ ingress: fromCart })], cart, web)).toBe(true);
  });

  it('does not lend its ports to another rule', () => {
    const ingress = [
      { from: [{ podSelector: { matchLabels: { app: 'cart' } } }], ports: [{ port: 1 }] },
      { from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] },
    ];
    const elsewhere = [policy({ ingress: [ingress[0] as object] })];
    expect(open(elsewhere, cart, web)).toBe(false);
    expect(open([policy({ ingress })], cart, web)).toBe(true);
  });
});

describe('a port', () => {
  const only = (...ports: object[]) => [policy({ ingress: [{ ports }] })];
  it.each<[string, NetworkPolicy[], Partial<Flow>, boolean]>([
    ['left out is every port', only(), { port: 1 }, true],
    ['is TCP when no protocol is named', only({ port: 8080 }), { protocol: 'UDP' }, false],
    ['of UDP is not TCP', only({ port: 8080, protocol: 'UDP' }), {}, false],
    ['alone is that port', only({ port: 8080 }), { port: 8081 }, false],
    ['with an end is a range, its end included', only({ port: 8000, endPort: 8080 }), {}, true],
    ['past its end is none', only({ port: 8000, endPort: 8079 }), {}, false],
    ['left out beside a protocol is every port of it', only({ protocol: 'TCP' }), { port: 1 }, true],
    ['by name is the pod’s', only({ port: 'http' }), {}, true],
    ['by name is not another port of the pod', only({ port: 'http' }), { port: 9090 }, false],
    ['by a name that the pod lacks is none', only({ port: 'https' }), {}, false],
  ])('%s', (_, policies, flow, expected) => {
    expect(open(policies, cart, web, flow)).toBe(expected);
  });

  it('by name leads to no host, which has no names', () => {
    const policies = [policy({ policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] })];
    expect(open(policies, web, outside)).toBe(false);
  });
});

describe('both ends', () => {
  const leaves = policy({
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: {} }] }],
  });
  it.each<[string, NetworkPolicy[], Endpoint, Endpoint, boolean]>([
    ['must allow it', [leaves, policy({ ingress: fromCart })], cart, web, true],
    [
      'forbid it when the one that it leaves does',
      [policy({ podSelector: {}, policyTypes: ['Egress'] })],
      cart,
      web,
      false,
    ],
    ['forbid it when the one that it enters does', [leaves, policy({})], cart, web, false],
    [
      'are one: a pod always reaches itself',
      [policy({ policyTypes: ['Ingress', 'Egress'] })],
      web,
      web,
      true,
    ],
    [
      'are a pod and its node, which always reaches it',
      [policy({})],
      { ip: '10.0.0.1', ownNode: true },
      web,
      true,
    ],
    ['are hosts, which no policy is about', [policy({})], inside, outside, true],
  ])('%s', (_, policies, from, to, expected) => {
    expect(open(policies, from, to)).toBe(expected);
  });
});

describe('a selector', () => {
  const one = (expression: object) =>
    policy({ ingress: [{ from: [{ podSelector: { matchExpressions: [expression as never] } }] }] });
  it.each([
    [{ key: 'tier', operator: 'In', values: ['back', 'front'] }, true],
    [{ key: 'tier', operator: 'In', values: ['front'] }, false],
    [{ key: 'other', operator: 'In', values: ['front'] }, false],
    [{ key: 'tier', operator: 'NotIn', values: ['front'] }, true],
    [{ key: 'tier', operator: 'NotIn', values: ['back'] }, false],
    [{ key: 'other', operator: 'NotIn', values: ['back'] }, true],
    [{ key: 'tier', operator: 'Exists' }, true],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ key: 'tier', operator: 'DoesNotExist' }, false],
    [{ key: 'other', operator: 'DoesNotExist' }, true],
  ])('%j selects a pod of tier back: %s', (expression, expected) => {
    expect(open([one(expression)], cart, web)).toBe(expected);
  });

  it('with an operator that there is not is an error, not a guess', () => {
    expect(() => open([one({ key: 'tier', operator: 'Near' })], cart, web)).toThrow('unknown operator Near');
  });
});
