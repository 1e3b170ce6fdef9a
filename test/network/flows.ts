/**
 * Who may open a connection to whom: the table that the charts' policies are held against. `yes` and `no` are
 * for every choice of values; `named` is for what the defaults must leave open, because they cannot know an
 * address, and what values that name it must refuse; `wide` for what the defaults allow so that a first
 * installation works, and values for production do not.
 */
import type { Name } from './endpoints.ts';

export type Verdict = 'yes' | 'no' | 'named' | 'wide';

export interface Row {
  from: Name;
  to: Name;
  port: number;
  protocol: 'TCP' | 'UDP';
  verdict: Verdict;
}

const ENGINE = 8080;
const POSTGRESQL = 5432;
/** Of a node that CloudNativePG keeps. */
const DATABASE_STATUS = 8000;
const DATABASE_METRICS = 9187;
const REDIS = 6379;
const METRICS = 9090;
const METRICS_API = 6443;
const API_SERVER = 6443;
const HTTPS = 443;
const DNS = 53;
/** Of OpenShift's DNS pods. */
const DNS_OF_PODS = 5353;

const row =
  (verdict: Verdict) =>
  (from: Name, to: Name, port: number, protocol: 'TCP' | 'UDP' = 'TCP') =>
    ({ from, to, port, protocol, verdict }) satisfies Row;
const yes = row('yes');
const no = row('no');
const named = row('named');
const wide = row('wide');

const asksForNames = (from: Name): Row[] =>
  (['UDP', 'TCP'] as const).flatMap((protocol) => [
    yes(from, 'DNS', DNS, protocol),
    wide(from, 'DNS', DNS_OF_PODS, protocol),
    wide(from, 'a DNS cache of the node', DNS, protocol),
  ]);
/** minikube's and MicroK8s'. */
const OTHER_API_SERVERS = [8443, 16443];
const nobody = (to: Name, ports: number[], strangers: Name[]): Row[] =>
  strangers.flatMap((from) => ports.map((port) => no(from, to, port)));

/** Every port of an engine that the operator's defaults know. */
const ENGINE_PORTS = [8443, HTTPS];

const STRANGERS: Name[] = ['a stranger', 'a stranger among them', 'a worker of another namespace'];

export const FLOWS: Row[] = [
  // Workers: the engine, the model, Redis, names.
  yes('a worker', 'the engine', ENGINE),
  yes('a worker', 'the LLM', HTTPS),
  yes('a worker', 'the LLM by IPv6', HTTPS),
  yes('a worker', 'Redis', REDIS),
  ...asksForNames('a worker'),
  no('a worker', 'PostgreSQL', POSTGRESQL),
  no('a worker', 'the API server', API_SERVER),
  no('a worker', 'the API server', HTTPS),
  no('a worker', 'the internet', 80),
  no('a worker', 'the internet', 22),
  no('a worker', 'a private network', HTTPS),
  no('a worker', 'a private network by IPv6', HTTPS),
  no('a worker', 'a private network of a provider', HTTPS),
  no('a worker', 'the cloud’s metadata', 80),
  no('a worker', 'the cloud’s metadata', HTTPS),
  no('a worker', 'another worker', METRICS),
  no('a worker', 'the operator', METRICS),
  no('a worker', 'the operator', METRICS_API),
  no('a worker', 'a stranger', HTTPS),

  // The operator: engines, the API server, the workers' metrics, names.
  yes('the operator', 'the engine', ENGINE),
  yes('the operator', 'the API server', API_SERVER),
  yes('the operator', 'the API server’s Service', HTTPS),
  yes('the operator', 'a worker', METRICS),
  ...asksForNames('the operator'),
  ...OTHER_API_SERVERS.map((port) => wide('the operator', 'the API server', port)),
  no('the operator', 'PostgreSQL', POSTGRESQL),
  no('the operator', 'Redis', REDIS),
  ...ENGINE_PORTS.map((port) => wide('the operator', 'an engine elsewhere', port)),
  no('the operator', 'the internet', 80),
  named('the operator', 'the internet', HTTPS),
  named('the operator', 'the LLM', HTTPS),
  no('the operator', 'the cloud’s metadata', 80),

  // Who may ask the operator.
  yes('the API server', 'the operator', METRICS_API),
  yes('Prometheus', 'the operator', METRICS),
  yes('the operator’s test', 'the operator', METRICS),
  yes('the operator’s test', 'the API server', API_SERVER),
  yes('the operator’s test', 'the API server’s Service', HTTPS),
  ...OTHER_API_SERVERS.map((port) => wide('the operator’s test', 'the API server', port)),
  ...asksForNames('the operator’s test'),
  no('the operator’s test', 'the engine', ENGINE),
  no('the operator’s test', 'the internet', 80),
  yes('the kubelet', 'the operator', METRICS),
  ...nobody('the operator', [METRICS], STRANGERS),
  named('a stranger', 'the operator', METRICS_API),
  no('the engine', 'the operator', METRICS),

  // Who may ask the workers.
  yes('Prometheus', 'a worker', METRICS),
  yes('the kubelet', 'a worker', METRICS),
  ...nobody('a worker', [METRICS], [...STRANGERS, 'an operator of another namespace']),
  no('the engine', 'a worker', METRICS),
  no('the API server', 'a worker', METRICS),

  // The engine: its database and names; asked by workers, the operator, the hook, the test.
  yes('the engine', 'PostgreSQL', POSTGRESQL),
  ...asksForNames('the engine'),
  no('the engine', 'the internet', HTTPS),
  no('the engine', 'the LLM', HTTPS),
  no('the engine', 'the API server', API_SERVER),
  no('the engine', 'the cloud’s metadata', 80),
  no('the engine', 'Redis', REDIS),
  yes('the process’s hook', 'the engine', ENGINE),
  yes('the stack’s test', 'the engine', ENGINE),
  yes('the kubelet', 'the engine', ENGINE),
  ...nobody('the engine', [ENGINE], [...STRANGERS, 'an operator of another namespace']),
  no('Prometheus', 'the engine', ENGINE),

  // What the hook and the test need, and no more.
  ...asksForNames('the process’s hook'),
  no('the process’s hook', 'the internet', HTTPS),
  no('the process’s hook', 'PostgreSQL', POSTGRESQL),

  // What makes the passwords asks the API server, whose address the defaults cannot know.
  yes('the passwords’ hook', 'the API server', API_SERVER),
  yes('the passwords’ hook', 'the API server’s Service', HTTPS),
  ...OTHER_API_SERVERS.map((port) => wide('the passwords’ hook', 'the API server', port)),
  ...asksForNames('the passwords’ hook'),
  named('the passwords’ hook', 'the internet', HTTPS),
  no('the passwords’ hook', 'the internet', 80),
  no('the passwords’ hook', 'the engine', ENGINE),
  no('the passwords’ hook', 'PostgreSQL', POSTGRESQL),
  no('the process’s hook', 'the API server', API_SERVER),
  no('the process’s hook', 'the API server’s Service', HTTPS),

  // Stores answer and ask nobody.
  ...nobody('PostgreSQL', [POSTGRESQL], [...STRANGERS, 'Prometheus', 'the stack’s test']),
  ...nobody('Redis', [REDIS], [...STRANGERS, 'Prometheus', 'the engine']),
  no('Redis', 'the internet', HTTPS),

  // What the stack's chart will make one day begins with nothing.
  no('a new pod of the stack', 'the internet', HTTPS),
  no('a stranger', 'a new pod of the stack', 80),
];

/** Where PostgreSQL is the chart’s own; CloudNativePG’s asks the API server and stores backups elsewhere. */
export const OWN_DATABASE_FLOWS: Row[] = [no('PostgreSQL', 'the internet', HTTPS)];

/** With a backup. */
export const BACKUP_FLOWS: Row[] = [
  yes('the backup', 'PostgreSQL', POSTGRESQL),
  ...asksForNames('the backup'),
  no('the backup', 'the engine', ENGINE),
  no('the backup', 'the internet', HTTPS),
];

/** Beside them with the values for production: the way of people in, and a Redis of somebody else. */
export const PRODUCTION_FLOWS: Row[] = [
  yes('a worker', 'a Redis elsewhere', REDIS),
  ...[POSTGRESQL, DATABASE_STATUS].flatMap((port) => [
    yes('a node of the database', 'PostgreSQL', port),
    yes('CloudNativePG', 'PostgreSQL', port),
  ]),
  no('the engine', 'PostgreSQL', DATABASE_STATUS),
  no('a stranger', 'PostgreSQL', DATABASE_STATUS),
  yes('Prometheus', 'PostgreSQL', DATABASE_METRICS),
  no('Prometheus', 'PostgreSQL', DATABASE_STATUS),
  no('a stranger', 'PostgreSQL', DATABASE_METRICS),
  yes('the ingress controller', 'the engine', ENGINE),
  no('the ingress controller', 'a worker', METRICS),
  no('the ingress controller', 'PostgreSQL', POSTGRESQL),
];

/** As a test's name tells it. */
export const inWords = ({ from, to, port, protocol, verdict }: Row): string =>
  `${from} → ${to}:${port}/${protocol}: ${verdict}`;
