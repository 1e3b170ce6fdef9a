/** Who is believed on the port of the metrics API: asked directly, past the API server. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { Authority, type KeyPairFiles } from '../cluster/pki.ts';
import { environment } from '../environment/environment.ts';
import { STATE } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { METRICS_API_SERVICE, TestCluster } from './operatorHarness.ts';

const ROOT = '/apis/external.metrics.k8s.io/v1beta1';
const METRIC = 'camunda_external_tasks_backlog';
const RBAC = 'rbac.authorization.k8s.io';

interface Answer {
  status: number;
  body: { kind?: string; reason?: string; message?: string; code?: number };
}

// The front proxy's CA signs only in the local cluster.
(environment().cluster === 'local' ? describe : describe.skip)('the metrics API’s port', () => {
  let cluster: TestCluster;
  let proxy: FaultyProxy;
  let port: number;
  let service: string;
  let directory: string;
  let certificates: Record<'frontProxy' | 'wrongName' | 'otherCA' | 'clusterCA', KeyPairFiles>;

  beforeAll(async () => {
    cluster = await TestCluster.open('trust');
    proxy = await startFaultyProxy(environment().engines[0] ?? '');
    const env = await cluster.serveMetrics();
    port = Number(env.METRICS_API_PORT);
    service = `${env.METRICS_API_SERVICE}.${cluster.operatorNamespace}.svc`;
    await cluster.startLeader(env);
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('demo', { engine: { urls: [proxy.baseURL], topic: cluster.namespace } });
    await allow('readers', [
      { kind: 'User', name: 'reader' },
      { kind: 'Group', name: 'blue,green' },
      { kind: 'Group', name: 'red' },
    ]);
    directory = mkdtempSync(join(tmpdir(), 'front-proxy-'));
    const pki = join(STATE, 'pki');
    const name = { commonName: 'front-proxy-client' };
    const real = await Authority.open(pki, 'front-proxy-ca', directory);
    const other = await Authority.create(directory, 'other-ca');
    const ofCluster = await Authority.open(pki, 'ca', directory);
    certificates = {
      frontProxy: await real.issue('front-proxy', name),
      wrongName: await real.issue('wrong-name', { commonName: 'somebody-else' }),
      otherCA: await other.issue('other', name),
      clusterCA: await ofCluster.issue('admin', { ...name, organization: 'system:masters' }),
    };
    await waitFor('a value', async () => (await ask(value, frontProxied('reader'))).status === 200);
  }, 90_000);
  afterAll(async () => {
    await cluster.close();
    await proxy.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const value = () =>
    `${ROOT}/namespaces/${cluster.namespace}/${METRIC}?labelSelector=farerules.dev%2Fpool%3Ddemo`;

  async function allow(name: string, subjects: object[]): Promise<void> {
    const metadata = { name, namespace: cluster.namespace };
    const rules = [{ apiGroups: ['external.metrics.k8s.io'], resources: [METRIC], verbs: ['list'] }];
    await cluster.apply(
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules } as KubernetesObject,
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: RBAC, kind: 'Role', name },
        subjects: subjects.map((subject) => ({ apiGroup: RBAC, ...subject })),
      } as KubernetesObject,
    );
  }

  const frontProxied = (user: string, groups: string[] = []) => ({
    certificate: certificates.frontProxy,
    headers: { 'x-remote-user': user, 'x-remote-group': groups },
  });
  const FORGED = { 'x-remote-user': 'reader', 'x-remote-group': ['system:masters'] };

  /** Trusts what the APIService tells the API server to trust. */
  async function ask(
    path: string | (() => string),
    {
      certificate,
      headers = {},
    }: { certificate?: KeyPairFiles; headers?: Record<string, string | string[]> } = {},
  ): Promise<Answer> {
    const registration = await cluster.get('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE);
    const ca = Buffer.from(registration?.spec.caBundle ?? '', 'base64').toString();
    const keys = certificate && { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: service, ca, agent: false, ...keys, headers };
      https
        .get({ ...options, path: typeof path === 'string' ? path : path() }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        })
        .on('error', reject);
    });
  }

  it.each([
    ['without a certificate', undefined],
    ['with a certificate of another CA', 'otherCA'],
    ['with a certificate of the front proxy’s CA for another name', 'wrongName'],
    ['with a certificate of the cluster’s own CA', 'clusterCA'],
  ] as const)('believes no header %s', async (_, certificate) => {
    const answer = await ask(value, {
      ...(certificate && { certificate: certificates[certificate] }),
      headers: FORGED,
    });
    expect(answer).toMatchObject({
      status: 401,
      body: { kind: 'Status', reason: 'Unauthorized', code: 401 },
    });
  });

  it('answers 401 when the front proxy names no user', async () => {
    expect((await ask(value, { certificate: certificates.frontProxy })).status).toBe(401);
  });

  it('refuses a user without the right, and says who and what', async () => {
    const { status, body } = await ask(value, frontProxied('nobody'));
    expect(status).toBe(403);
    expect(body).toMatchObject({
      kind: 'Status',
      reason: 'Forbidden',
      code: 403,
      message: `nobody may not list ${METRIC} in ${cluster.namespace}`,
    });
  });

  it('answers a user with the right, in that namespace alone', async () => {
    expect((await ask(value, frontProxied('reader'))).status).toBe(200);
    const elsewhere = `${ROOT}/namespaces/default/${METRIC}`;
    expect((await ask(elsewhere, frontProxied('reader'))).status).toBe(403);
  });

  it.each([
    ['a group among others', ['other', 'red'], 200],
    ['a group whose name has a comma', ['other', 'blue,green'], 200],
    ['not two groups for one with a comma', ['blue', 'green'], 403],
    ['not a part of a group’s name', ['other,red'], 403],
  ])('counts %s', async (_, groups, status) => {
    expect((await ask(value, frontProxied('somebody', groups))).status).toBe(status);
  });

  describe('while every engine is down', () => {
    beforeAll(async () => {
      proxy.fail('', 'unavailable', Number.POSITIVE_INFINITY);
      await waitFor('503', async () => (await ask(value, frontProxied('reader'))).status === 503);
    }, 30_000);

    it.each([
      ['/apis', 'APIGroupList'],
      ['/apis/external.metrics.k8s.io', 'APIGroup'],
      [ROOT, 'APIResourceList'],
    ])('tells everyone what there is: %s', async (path, kind) => {
      expect(await ask(path)).toMatchObject({ status: 200, body: { kind } });
    });

    it.each(['/openapi/v2', '/openapi/v3', '/openapi/v3/apis/external.metrics.k8s.io/v1beta1'])(
      'has nothing under %s',
      async (path) => {
        expect((await ask(path)).status).toBe(404);
      },
    );

    it('stays available, so that namespaces can be deleted', async () => {
      const registration = await cluster.get('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE);
      expect(registration?.status.conditions).toContainEqual(
        expect.objectContaining({ type: 'Available', status: 'True' }),
      );
    });
  });
});
