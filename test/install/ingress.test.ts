/**
 * The sample stack's Ingress behind a real controller, Traefik: what examples/ingress says, with two engine nodes. Their
 * sessions are in each node's memory, so a person stays signed in only where the controller keeps them at one node. One
 * story: each test goes on where the one before it ended.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { buildOwnImages, importImages } from '../cluster/images.ts';
import { Authority } from '../cluster/pki.ts';
import { buildStackImages } from '../cluster/stackImages.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { ROOT } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { chart, type Helm, helmOf, set } from './helm.ts';
import { restrictedNamespace } from './namespace.ts';
import { STACK_VALUES, type Stack, stackIn } from './stack.ts';
import { startTraefik, type Traefik } from './traefik.ts';
import { type Site, WebSession } from './webSession.ts';

// An engine that has just started takes its time to sign somebody in.
jest.setTimeout(120_000);

/** Of this run alone: one that is being deleted takes nothing in. */
const NAMESPACE = `frwp-ingress-${process.pid}`;
/** As in examples/ingress. */
const HOST = 'refunds.example.com';
const CLASSES = { traefik: 'traefik.io/ingress-controller', nginx: 'k8s.io/ingress-nginx' };
/** Two engine nodes and their database; no pool, so that no operator is concerned. */
const ENGINES_ALONE = set({
  'engine.replicas': 2,
  'pools.llm-worker': 'null',
  'process.deploy.enabled': false,
  'redis.mode': 'none',
  'llm.standIn.enabled': false,
});
/** What Tomcat may take for /engine-rest/engine, which it shows to everybody, and a controller for something below /camunda. */
const ROUNDABOUT = ['..', '%2e%2e', '..;', '..;a=b', '%2e%2e;', '..%2f', '..%5c'].map(
  (up) => `/camunda/${up}/engine-rest/engine`,
);
const PAGE = '/camunda/app/tasklist/default/';

// A cluster of somebody's own has its own images, and its pods cannot be reached from here.
const describeLocal = process.env.FRWP_CLUSTER === 'kubeconfig' ? describe.skip : describe;

describeLocal('the sample stack’s Ingress behind Traefik', () => {
  let kubectl: Kubectl;
  let helm: Helm;
  let stack: Stack;
  let directory: string;
  let traefik: Traefik;
  let site: Site;
  let admin: { username: string; password: string };
  let marks = 0;

  const inNamespace = (...args: string[]) => kubectl(['-n', NAMESPACE, ...args]);
  const apply = (object: object) => kubectl(['apply', '--server-side', '-f', '-'], stringify(object));
  const release = async (verb: 'install' | 'upgrade', example: string, ...flags: string[]) => {
    const values = [
      ...STACK_VALUES,
      '-f',
      join(ROOT, 'examples/ingress', `${example}.yaml`),
      ...ENGINES_ALONE,
    ];
    const wait = ['--wait', '--timeout', '5m'];
    return helm([
      verb,
      'ticket-refund',
      await chart('ticket-refund'),
      '-n',
      NAMESPACE,
      ...wait,
      ...values,
      ...flags,
    ]);
  };
  const signIn = (session: WebSession) => session.signIn(admin.username, admin.password);
  /** So many requests of a session, one after the other: their statuses, the nodes that answered, whence the route was. */
  const ask = async (session: WebSession, times: number) => {
    const mark = `session-${++marks}-`;
    const statuses = await session.countTasks(times, mark);
    const passed = await waitFor('the access log', () => {
      const seen = traefik.requests(mark);
      return seen.length === times ? seen : undefined;
    });
    const distinct = <T>(values: T[]) => [...new Set(values)];
    return {
      statuses: distinct(statuses),
      pods: distinct(passed.map(({ pod }) => pod)),
      providers: distinct(passed.map(({ provider }) => provider)),
    };
  };
  const ALL_AT_ONE = { statuses: [200], pods: [expect.any(String)] };
  /** Until Traefik has read what was upgraded: it does so by and by. */
  const routed = (provider: string, sticky: boolean) =>
    waitFor(`a route from ${provider}, ${sticky ? 'kept' : 'not kept'}`, async () => {
      const session = new WebSession(site);
      const { providers } = await ask(session, 1);
      return providers[0] === provider && session.cookies.has('camunda-node') === sticky;
    });

  beforeAll(async () => {
    kubectl = await kubectlOf(environment());
    helm = await helmOf(environment());
    stack = stackIn(kubectl, NAMESPACE);
    await importImages([...(await buildOwnImages()), ...(await buildStackImages())]);
    await restrictedNamespace(kubectl, NAMESPACE);
    for (const [name, controller] of Object.entries(CLASSES)) {
      const metadata = { name };
      await apply({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        metadata,
        spec: { controller },
      });
    }
    // In place of cert-manager: the Secret that it would make.
    directory = mkdtempSync(join(tmpdir(), 'frwp-ingress-'));
    const authority = await Authority.create(directory, 'ca');
    const { cert, key } = await authority.issue('ingress', { commonName: HOST, dns: [HOST] });
    await inNamespace('create', 'secret', 'tls', 'camunda-platform-tls', `--cert=${cert}`, `--key=${key}`);
    await release('install', 'traefik');
    traefik = await startTraefik(NAMESPACE);
    site = { host: HOST, port: traefik.https, ca: readFileSync(authority.certFile, 'utf8') };
    const [username, password] = await Promise.all(
      ['username', 'password'].map((key) => stack.secret('camunda-admin', key)),
    );
    admin = { username: username ?? '', password: password ?? '' };
    await routed('kubernetes', true);
  }, 900_000);

  afterAll(async () => {
    await cleanUp(
      () => traefik?.stop(),
      () => helm?.(['uninstall', 'ticket-refund', '-n', NAMESPACE, '--ignore-not-found']),
      () => kubectl?.(['delete', 'ingressclass', ...Object.keys(CLASSES), '--ignore-not-found']),
      () => kubectl?.(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']),
    );
    if (directory) rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  test('serves the web applications over TLS with the Secret’s certificate, and their cookies go over TLS alone', async () => {
    const { status, headers, body } = await new WebSession(site).get(PAGE);
    expect(status).toBe(200);
    expect(body).toContain('Camunda Tasklist');
    const cookies = Object.fromEntries(
      (headers['set-cookie'] ?? []).map((cookie) => [cookie.split('=')[0], cookie]),
    );
    expect(Object.keys(cookies).sort()).toEqual(['JSESSIONID', 'XSRF-TOKEN', 'camunda-node']);
    for (const cookie of Object.values(cookies)) expect(cookie).toMatch(/; ?Secure/);
    for (const name of ['JSESSIONID', 'camunda-node']) expect(cookies[name]).toMatch(/; ?HttpOnly/);
  });

  /** Status of the page where it is asked for without TLS. */
  const plain = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const target = { host: '127.0.0.1', port: traefik.http, path: PAGE, headers: { host: HOST } };
      get(target, (response) => resolve(response.resume().statusCode)).once('error', reject);
    });

  test('serves nothing without TLS', async () => {
    expect(await plain()).toBe(404);
  });

  test.each(['/engine-rest/engine', '/engine-rest', '/actuator/health', '/', ...ROUNDABOUT])(
    'leaves %s inside',
    async (path) => {
      const session = new WebSession(site);
      await signIn(session);
      // 404 by Traefik, 400 by the engine: neither is an answer of the REST API.
      expect([400, 404]).toContain((await session.get(path)).status);
    },
  );

  test('keeps each session at one node, and spreads sessions over both', async () => {
    const nodes = new Set<string>();
    for (let session = 0; session < 12; session++) {
      const { pods } = await ask(new WebSession(site), 5);
      expect(pods).toHaveLength(1);
      nodes.add(pods[0] ?? '');
    }
    expect(nodes.size).toBe(2);
  });

  test('keeps a person signed in to the Tasklist over 50 requests', async () => {
    const session = new WebSession(site);
    expect(await signIn(session)).toBe(200);
    expect(await ask(session, 50)).toMatchObject(ALL_AT_ONE);
  });

  test('does not let in who has not signed in, or not with the password', async () => {
    const session = new WebSession(site);
    expect(await session.signIn(admin.username, 'wrong')).toBe(401);
    expect((await ask(session, 2)).statuses).toEqual([401]);
  });

  test('with an Ingress as for ingress-nginx, its annotations keep a person signed in, too', async () => {
    await release('upgrade', 'nginx');
    await routed('kubernetesingressnginx', true);
    expect(await plain()).toBe(308); // to https, as of ingress-nginx
    const session = new WebSession(site);
    expect(await signIn(session)).toBe(200);
    expect(await ask(session, 50)).toMatchObject(ALL_AT_ONE);
  }, 120_000);

  test('without sticky sessions nobody stays signed in', async () => {
    await release('upgrade', 'traefik', '--set', 'ingress.stickySessions=none');
    await routed('kubernetes', false);
    const session = new WebSession(site);
    // A node that does not know the session refuses the form unread, and may cut its answer short.
    await signIn(session).catch(() => undefined);
    const { statuses, pods } = await ask(session, 50);
    expect(pods).toHaveLength(2);
    expect(statuses).toContain(401);
  }, 120_000);

  test('when a node dies, its sessions go to the other one, where people sign in again', async () => {
    await release('upgrade', 'traefik');
    await routed('kubernetes', true);
    const session = new WebSession(site);
    expect(await signIn(session)).toBe(200);
    const { pods: before } = await ask(session, 1);
    const names = await inNamespace(
      'get',
      'pods',
      '-o',
      `jsonpath={.items[?(@.status.podIP=="${before[0]}")].metadata.name}`,
    );
    await inNamespace('delete', 'pod', names.trim(), '--grace-period=0', '--force');
    await waitFor('the other node', async () => (await session.countTasks(1))[0] === 401, {
      timeoutMs: 60_000,
    });
    expect(await signIn(session)).toBe(200);
    const after = await ask(session, 50);
    expect(after).toMatchObject(ALL_AT_ONE);
    expect(after.pods).not.toEqual(before);
  }, 120_000);
});
