/**
 * What NetworkPolicies (networking.k8s.io/v1) allow, as their specification says: a pure function of policies
 * and of one connection. What the specification leaves to the network plugin is an argument.
 */

import { type IPBlock, inBlock } from './ipBlock.ts';
import { type LabelSelector, selects } from './selector.ts';

export interface PolicyPort {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

export interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: IPBlock;
}

export interface NetworkPolicy {
  kind: string;
  metadata: { name: string; namespace: string };
  spec: {
    podSelector: LabelSelector;
    policyTypes?: string[];
    ingress?: { from?: Peer[]; ports?: PolicyPort[] }[];
    egress?: { to?: Peer[]; ports?: PolicyPort[] }[];
  };
}

export interface Pod {
  namespace: string;
  /** Beside `kubernetes.io/metadata.name`, which every namespace has. */
  namespaceLabels?: Record<string, string>;
  labels: Record<string, string>;
  ip?: string;
  /** Ports by their names. */
  ports?: { name?: string; containerPort: number; protocol?: string }[];
}

/** Whatever is no pod of the cluster's network: another machine, a node, a pod in its node's network. */
export interface Host {
  ip: string;
  /** It is the node that the pod at the other end runs on, as the kubelet with its probes. */
  ownNode?: true;
}

export type Endpoint = Pod | Host;

export interface Flow {
  from: Endpoint;
  to: Endpoint;
  /** Number, after the translation of a Service's port. */
  port: number;
  /** TCP when left out. */
  protocol?: string;
}

export interface Plugin {
  /** Whether an ipBlock counts for the addresses of pods: the specification leaves it open. */
  podsMatchIPBlocks: boolean;
}

/** Whether the connection can be opened: what leaves must be allowed, and what enters. Answers need no rule. */
export function allowed(policies: NetworkPolicy[], flow: Flow, plugin: Plugin): boolean {
  const { from, to } = flow;
  // Neither a pod's own traffic nor that of its node can be forbidden.
  if (from === to || ('ownNode' in from && isPod(to)) || ('ownNode' in to && isPod(from))) return true;
  return direction(policies, flow, 'Egress', plugin) && direction(policies, flow, 'Ingress', plugin);
}

const isPod = (endpoint: Endpoint): endpoint is Pod => 'namespace' in endpoint;

function direction(
  policies: NetworkPolicy[],
  flow: Flow,
  type: 'Ingress' | 'Egress',
  plugin: Plugin,
): boolean {
  const [subject, other] = type === 'Egress' ? [flow.from, flow.to] : [flow.to, flow.from];
  if (!isPod(subject)) return true;
  const isolating = policies.filter((policy) => applies(policy, subject) && typesOf(policy).includes(type));
  // Policies add up; a pod that none selects is open.
  if (isolating.length === 0) return true;
  return isolating.some((policy) =>
    rulesOf(policy, type).some(
      ({ peers, ports }) =>
        (peers.length === 0 || peers.some((peer) => matches(peer, policy, other, plugin))) &&
        (ports.length === 0 || ports.some((port) => opens(port, flow))),
    ),
  );
}

const applies = ({ metadata, spec }: NetworkPolicy, pod: Pod): boolean =>
  metadata.namespace === pod.namespace && selects(spec.podSelector, pod.labels);

/** As the API server fills them in: ingress always, egress where there are rules for it. */
const typesOf = ({ spec: { policyTypes, egress } }: NetworkPolicy): string[] =>
  policyTypes && policyTypes.length > 0 ? policyTypes : ['Ingress', ...(egress?.length ? ['Egress'] : [])];

function rulesOf(
  { spec }: NetworkPolicy,
  type: 'Ingress' | 'Egress',
): { peers: Peer[]; ports: PolicyPort[] }[] {
  return type === 'Ingress'
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));
}

function matches(peer: Peer, policy: NetworkPolicy, other: Endpoint, plugin: Plugin): boolean {
  if (peer.ipBlock) {
    if (isPod(other) && !plugin.podsMatchIPBlocks) return false;
    return other.ip !== undefined && inBlock(other.ip, peer.ipBlock);
  }
  if (!isPod(other)) return false;
  const inNamespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, labelsOfNamespace(other))
    : other.namespace === policy.metadata.namespace;
  return inNamespace && (!peer.podSelector || selects(peer.podSelector, other.labels));
}

const labelsOfNamespace = ({ namespace, namespaceLabels }: Pod): Record<string, string> => ({
  ...namespaceLabels,
  'kubernetes.io/metadata.name': namespace,
});

function opens({ protocol = 'TCP', port, endPort }: PolicyPort, flow: Flow): boolean {
  if (protocol !== (flow.protocol ?? 'TCP')) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return flow.port >= port && flow.port <= (endPort ?? port);
  // A name is one of the pod that is connected to.
  const named = isPod(flow.to) ? (flow.to.ports ?? []) : [];
  return named.some(
    (entry) =>
      entry.name === port && entry.containerPort === flow.port && (entry.protocol ?? 'TCP') === protocol,
  );
}
