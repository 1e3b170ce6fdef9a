/**
 * etcd and the control plane with their default flags, but for addresses,
 * certificates and the audit log that tests count API writes in.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { LOGS, STATE } from '../support/paths.ts';
import { type ProcessOptions, type RunningProcess, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { API_SERVICE_ADDRESS, NETNS, NODE_ADDRESS, POD_CIDR, SERVICE_CIDR } from './network.ts';
import { Authority, serviceAccountKeys } from './pki.ts';
import { stopTracked, track } from './processes.ts';

export const API_SERVER = `https://${NODE_ADDRESS}:6443`;
export const NODE_NAME = 'frwp-node';
/** Where the manifests install the operator. */
export const OPERATOR_NAMESPACE = 'fareruleworkerpool-system';
export const AUDIT_LOG = join(LOGS, 'audit.log');

/** Kept for a restart by another process. */
const API_SERVER_OPTIONS = join(STATE, 'kube-apiserver.json');

export interface ControlPlane {
  ca: Authority;
  adminKubeconfig: string;
  nodeKubeconfig: string;
  proxyKubeconfig: string;
  nodeCertificate: { cert: string; key: string };
}

/** Starts everything up to a ready API server. */
export async function startControlPlane(kube: string): Promise<ControlPlane> {
  const pki = join(STATE, 'pki');
  const ca = await Authority.create(pki, 'ca');
  const frontProxyCA = await Authority.create(pki, 'front-proxy-ca');
  const keys = await serviceAccountKeys(pki);
  const client = async (name: string, commonName: string, organization?: string) =>
    writeKubeconfig(
      join(STATE, `${name}.kubeconfig`),
      API_SERVER,
      ca.certFile,
      await ca.issue(name, { commonName, ...(organization ? { organization } : {}) }),
    );

  await track(startEtcd(kube));
  const apiServer = await apiServerOptions(kube, ca, frontProxyCA, keys);
  writeFileSync(API_SERVER_OPTIONS, JSON.stringify(apiServer));
  await track(startProcess(apiServer));
  const adminKubeconfig = await client('admin', 'kubernetes-admin', 'system:masters');
  await apiServerReady();

  const manager = await client('controller-manager', 'system:kube-controller-manager');
  const scheduler = await client('scheduler', 'system:kube-scheduler');
  await track(
    component(kube, 'kube-controller-manager', [
      `--kubeconfig=${manager}`,
      `--authentication-kubeconfig=${manager}`,
      `--authorization-kubeconfig=${manager}`,
      `--service-account-private-key-file=${keys.privateKey}`,
      `--root-ca-file=${ca.certFile}`,
      '--use-service-account-credentials',
      `--cluster-cidr=${POD_CIDR}`,
      '--allocate-node-cidrs',
      '--leader-elect=false',
    ]),
  );
  await track(
    component(kube, 'kube-scheduler', [
      `--kubeconfig=${scheduler}`,
      `--authentication-kubeconfig=${scheduler}`,
      `--authorization-kubeconfig=${scheduler}`,
      '--leader-elect=false',
    ]),
  );
  return {
    ca,
    adminKubeconfig,
    nodeKubeconfig: await client('kubelet', `system:node:${NODE_NAME}`, 'system:nodes'),
    proxyKubeconfig: await client('kube-proxy', 'system:kube-proxy'),
    nodeCertificate: await ca.issue('kubelet-server', {
      commonName: NODE_NAME,
      dns: [NODE_NAME],
      ips: [NODE_ADDRESS],
    }),
  };
}

export function component(kube: string, name: string, args: string[]): Promise<RunningProcess> {
  return startProcess({
    name,
    command: kube,
    args: [name, ...args],
    netns: NETNS,
    logFile: join(LOGS, `${name}.log`),
  });
}

function startEtcd(kube: string): Promise<RunningProcess> {
  const peer = 'http://127.0.0.1:2380';
  return component(kube, 'etcd', [
    `--data-dir=${join(STATE, 'etcd')}`,
    '--unsafe-no-fsync', // one run's data, on a disk that others share
    '--listen-client-urls=http://127.0.0.1:2379',
    '--advertise-client-urls=http://127.0.0.1:2379',
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ]);
}

async function apiServerOptions(
  kube: string,
  ca: Authority,
  frontProxyCA: Authority,
  keys: { publicKey: string; privateKey: string },
) {
  const serving = await ca.issue('apiserver', {
    commonName: 'kube-apiserver',
    dns: [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
    ],
    ips: [NODE_ADDRESS, API_SERVICE_ADDRESS, '127.0.0.1'],
  });
  const kubelet = await ca.issue('apiserver-kubelet', {
    commonName: 'kube-apiserver-kubelet',
    organization: 'system:masters',
  });
  const frontProxy = await frontProxyCA.issue('front-proxy-client', { commonName: 'front-proxy-client' });
  const policy = join(STATE, 'audit-policy.yaml');
  mkdirSync(LOGS, { recursive: true });
  writeFileSync(
    policy,
    stringify({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      rules: [
        // Also what the operator reads: a right that it has and does not use is one too many.
        { level: 'Metadata', userGroups: [`system:serviceaccounts:${OPERATOR_NAMESPACE}`] },
        { level: 'None', verbs: ['get', 'list', 'watch'] },
        { level: 'Metadata' },
      ],
    }),
  );
  return {
    name: 'kube-apiserver',
    command: kube,
    netns: NETNS,
    logFile: join(LOGS, 'kube-apiserver.log'),
    args: [
      'kube-apiserver',
      '--etcd-servers=http://127.0.0.1:2379',
      `--advertise-address=${NODE_ADDRESS}`,
      `--service-cluster-ip-range=${SERVICE_CIDR}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--client-ca-file=${ca.certFile}`,
      `--tls-cert-file=${serving.cert}`,
      `--tls-private-key-file=${serving.key}`,
      `--kubelet-client-certificate=${kubelet.cert}`,
      `--kubelet-client-key=${kubelet.key}`,
      `--kubelet-certificate-authority=${ca.certFile}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--requestheader-client-ca-file=${frontProxyCA.certFile}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${frontProxy.cert}`,
      `--proxy-client-key-file=${frontProxy.key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${keys.publicKey}`,
      `--service-account-signing-key-file=${keys.privateKey}`,
      `--audit-log-path=${AUDIT_LOG}`,
      `--audit-policy-file=${policy}`,
      // By default a new file is begun at 100 MB: a test that reads on from a place would lose what it waits for.
      '--audit-log-maxsize=1000000',
    ],
  };
}

/** Waits until the API server says that it is ready. */
export async function apiServerReady(): Promise<void> {
  const ca = readFileSync(join(STATE, 'pki', 'ca.crt'));
  await waitFor('the API server to be ready', () => probe(`${API_SERVER}/readyz`, ca), {
    timeoutMs: 90_000,
    everyMs: 200,
  });
}

function probe(url: string, ca: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { ca, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', reject);
  });
}

/** Ends the API server and starts it again with the same flags and data. */
export async function restartApiServer(): Promise<void> {
  const options = JSON.parse(readFileSync(API_SERVER_OPTIONS, 'utf8')) as ProcessOptions;
  await stopTracked('kube-apiserver', 20_000);
  await track(startProcess(options));
  await apiServerReady();
}
