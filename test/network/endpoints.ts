/** Everything that takes part in the table of flows: our pods as the charts render them, and those around them. */
import { type FareRuleWorkerPool, parsePoolSpec } from '../../crds/src/pool.ts';
import { deployment } from '../../operator/src/pool/manifests/deployment.ts';
import type { Endpoint, Pod } from './policy.ts';
import { type PodTemplate, podTemplates, type Rendered } from './rendered.ts';

export const OPERATOR_NAMESPACE = 'fareruleworkerpool-system';
export const STACK_NAMESPACE = 'refunds';

/** Not of ours, and where they are in most clusters. */
const AROUND = {
  'the API server': { ip: '10.0.0.5' },
  'the API server’s Service': { ip: '10.96.0.1' },
  DNS: pod('kube-system', '10.244.0.2', { 'k8s-app': 'kube-dns' }),
  'a DNS cache of the node': { ip: '169.254.20.10' },
  'the LLM': { ip: '162.159.140.245' },
  'the LLM by IPv6': { ip: '2606:4700:4400::6812:2a4a' },
  'the internet': { ip: '93.184.215.14' },
  'the cloud’s metadata': { ip: '169.254.169.254' },
  'a Redis elsewhere': { ip: '192.168.40.63' },
  'a private network': { ip: '192.168.40.2' },
  'a private network by IPv6': { ip: 'fd12:3456:789a::2' },
  'a private network of a provider': { ip: '100.64.3.2' },
  Prometheus: pod('monitoring', '10.244.3.3', { 'app.kubernetes.io/name': 'prometheus' }),
  'the ingress controller': pod('traefik', '10.244.3.4', { 'app.kubernetes.io/name': 'traefik' }),
  CloudNativePG: pod('cnpg-system', '10.244.3.5', { 'app.kubernetes.io/name': 'cloudnative-pg' }),
  'a node of the database': pod(STACK_NAMESPACE, '10.244.1.31', { 'cnpg.io/cluster': 'postgres' }),
  'the kubelet': { ip: '10.0.0.9', ownNode: true },
  'an engine elsewhere': pod('engines', '10.244.4.4', { app: 'camunda' }),
  'a new pod of the stack': pod(STACK_NAMESPACE, '10.244.1.40', {
    'app.kubernetes.io/name': 'ticket-refund',
    'app.kubernetes.io/instance': 'ticket-refund',
    'app.kubernetes.io/component': 'new',
  }),
  'a stranger': pod('default', '10.244.9.1', { app: 'stranger' }),
  'a stranger among them': pod(STACK_NAMESPACE, '10.244.9.2', { app: 'stranger' }),
  'a worker of another namespace': pod('others', '10.244.9.3', {
    'app.kubernetes.io/name': 'llm-worker',
    'farerules.dev/pool': 'llm-worker',
  }),
  'an operator of another namespace': pod('others', '10.244.9.4', {
    'app.kubernetes.io/name': 'fareruleworkerpool-operator',
  }),
} satisfies Record<string, Endpoint>;

function pod(namespace: string, ip: string, labels: Record<string, string>): Pod {
  return { namespace, ip, labels };
}

/** Those of ours, each with a component of the stack or an object that it is the pod of. */
const OF_THE_STACK = {
  'the engine': 'Deployment camunda-platform',
  PostgreSQL: 'StatefulSet postgres',
  Redis: 'Deployment redis',
  'the backup': 'CronJob postgres-backup',
  'the process’s hook': 'Job ticket-refund-deploy-process',
  'the passwords’ hook': 'Job ticket-refund-make-secrets',
  'the stack’s test': 'Pod ticket-refund-test',
} as const;

export type Name =
  | keyof typeof AROUND
  | keyof typeof OF_THE_STACK
  | 'the operator'
  | 'the operator’s test'
  | 'a worker'
  | 'another worker';

/** By their names; those that a choice of values does not make are absent. */
export function endpoints(operator: Rendered[], stack: Rendered[]): Partial<Record<Name, Endpoint>> {
  const found: Partial<Record<Name, Endpoint>> = { ...AROUND };
  const ofStack = podTemplates(stack);
  for (const [name, of] of Object.entries(OF_THE_STACK)) {
    const template = ofStack.find((one) => one.of === of);
    if (template) found[name as Name] = asPod(template, STACK_NAMESPACE);
  }
  for (const template of podTemplates(operator)) {
    const name = template.of.startsWith('Pod ') ? 'the operator’s test' : 'the operator';
    found[name] = asPod(template, OPERATOR_NAMESPACE);
  }
  // CloudNativePG labels its pods so.
  const cluster = stack.find(({ kind, apiVersion }) => kind === 'Cluster' && apiVersion.includes('cnpg'));
  if (cluster) {
    found.PostgreSQL = pod(STACK_NAMESPACE, '10.244.1.30', { 'cnpg.io/cluster': cluster.metadata.name });
  }
  const template = workerTemplate(stack);
  if (template) {
    const worker = asPod(template, STACK_NAMESPACE, '10.244.1.10');
    found['a worker'] = worker;
    found['another worker'] = { ...worker, ip: '10.244.1.11' };
  }
  return found;
}

/** What the operator makes of the first pool among these objects. */
export function workerTemplate(stack: Rendered[]): PodTemplate | undefined {
  const pool = stack.find(({ kind }) => kind === 'FareRuleWorkerPool') as FareRuleWorkerPool | undefined;
  if (!pool) return undefined;
  const parsed = parsePoolSpec(pool.spec);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  const metadata = { ...pool.metadata, namespace: STACK_NAMESPACE, uid: 'uid' };
  const { spec } = deployment({ ...pool, metadata }, parsed.spec, 'worker:1');
  const { template } = spec as { template: Omit<PodTemplate, 'of'> };
  return { of: `workers of ${pool.metadata.name}`, ...template };
}

/** The pods that a chart's objects make. */
export const podsOf = (objects: Rendered[], namespace: string): Pod[] =>
  podTemplates(objects).map((template) => asPod(template, namespace));

function asPod({ metadata, spec }: PodTemplate, namespace: string, ip = '10.244.1.20'): Pod {
  return {
    namespace,
    ip,
    labels: metadata.labels ?? {},
    ports: [...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(({ ports = [] }) => ports),
  };
}
