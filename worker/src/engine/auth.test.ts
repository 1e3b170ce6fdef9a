/** A node behind TLS of a private CA that wants bearer tokens: what stands there, and what is wrong with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RIGHT_PATH } from '@farerules/crds/engineRights';
import { CREDENTIAL_FILES } from '@farerules/crds/workerEnv';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Scripted, startScripted } from '../../../test/engine/scripted.ts';
import { TokenGateway } from '../../../test/support/tokenGateway.ts';
import { loadConfig } from '../config.ts';
import { createEngineAuth, type EngineAuth, engineCA, NO_AUTH } from './auth.ts';
import { EngineNode } from './nodes.ts';
import { RightsWatch } from './rights.ts';

const FILE = CREDENTIAL_FILES;
let directory: string;
let engine: Scripted;
let gateway: TokenGateway;
let files: Map<string, string>;
let auth: EngineAuth;
let node: EngineNode;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gateway-'));
  engine = await startScripted((request) =>
    // As an engine that knows nobody answers.
    request.endsWith(RIGHT_PATH) ? { status: 401 } : { status: 200, body: [] },
  );
  const client = { id: 'pool', secret: 'hunter22' };
  gateway = await TokenGateway.start({
    engineURL: `${engine.url}/engine-rest`,
    directory,
    lifetimeSeconds: 60,
    client,
  });
  files = new Map([
    [FILE.engineClientId, client.id],
    [FILE.engineClientSecret, client.secret],
    [FILE.engineCA, gateway.ca],
  ]);
  const loaded = loadConfig(
    {
      OPENAI_API_KEY: 'key',
      CAMUNDA_URL: gateway.baseURL,
      CAMUNDA_TOKEN_URL: gateway.tokenURL,
      CREDENTIALS_DIR: '/mounted',
      CAMUNDA_CA_FILE: FILE.engineCA,
    },
    { hostname: 'host', pid: 1 },
  );
  if (!loaded.ok) throw new Error(loaded.problems.join());
  const credentials = { get: (name: string) => files.get(name) };
  auth = createEngineAuth(loaded.config, credentials);
  const target = { url: gateway.baseURL, address: '127.0.0.1' };
  node = new EngineNode(target, auth, engineCA(loaded.config, credentials));
});

afterEach(async () => {
  node.close();
  auth.close();
  engine.close();
  await gateway.stop();
  rmSync(directory, { recursive: true, force: true });
});

const ask = () => node.request({ method: 'GET', path: '/x', expected: 200, timeoutMs: 2_000 });
const failure = () =>
  ask().then(
    () => 'none',
    (error: Error) => error.message,
  );

test('many requests at once share one token, which is a secret', async () => {
  await Promise.all(Array.from({ length: 20 }, ask));
  expect(gateway).toMatchObject({ passed: 20, refused: 0, issued: { length: 1 } });
  expect(auth.secrets()).toEqual(gateway.issued);
});

test('a token that is refused is replaced, and the request repeated at once', async () => {
  await ask();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  gateway.revoke();
  await Promise.all([ask(), ask(), ask()]);
  expect(gateway).toMatchObject({ passed: 4, refused: 3, issued: { length: 2 } });
  expect(node.ailing).toBe(false);
});

test('a token stays where the engine behind the gateway does not know whose rights it is asked about', async () => {
  await ask();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const watch = new RightsWatch({
    nodes: { pick: () => node },
    known: () => true,
    processDefinitionKeys: undefined,
    log: { ...log, record: () => undefined },
  });
  watch.start();
  while (!engine.asked.some((request) => request.endsWith(RIGHT_PATH))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  watch.close();
  await ask();
  expect(gateway).toMatchObject({ refused: 0, issued: { length: 1 } });
});

test('a token that is refused although it is new is not asked for again and again', async () => {
  await ask();
  gateway.revoke();
  expect([await failure(), await failure()]).toEqual(Array(2).fill('engine: UNAUTHENTICATED (HTTP 401)'));
  expect(gateway.issued).toHaveLength(1);
});

test('a client that is refused is told with the reason and nothing else, and nothing is sent', async () => {
  files.set(FILE.engineClientSecret, 'wrong');
  expect(await failure()).toBe('engine: TOKEN_REFUSED (HTTP 401): invalid_client');
  files.set(FILE.engineClientSecret, 'hunter22');
  expect(await failure()).toBe('none');
  expect(gateway).toMatchObject({ refusedClients: 1, passed: 1, refused: 0 });
});

test('a token endpoint that fails is told as such', async () => {
  gateway.tokenFault = 503;
  expect(await failure()).toBe('engine: NO_TOKEN (HTTP 503)');
  expect(await failure()).toBe('engine: NO_TOKEN (HTTP 503)');
});

test.each([
  // The gateway lets nobody in without a token: that it says so is enough.
  ['localhost', 'UNAUTHENTICATED'],
  ['engine.invalid', 'UNTRUSTED'],
])(
  'a certificate has to have the name of the URL, whatever address it is reached at: %s',
  async (host, expected) => {
    const url = `https://${host}:${gateway.port}/engine-rest`;
    const named = new EngineNode({ url, address: '127.0.0.1' }, NO_AUTH, () => gateway.ca);
    const code = await named
      .request({ method: 'GET', path: '/x', expected: 200, timeoutMs: 2_000 })
      .catch(({ code }) => code);
    expect(code).toBe(expected);
    named.close();
  },
);

test('an engine whose certificate nobody trusts is sent nothing', async () => {
  const stranger = new EngineNode({ url: gateway.baseURL, address: '127.0.0.1' }, NO_AUTH);
  const asked = stranger.request({ method: 'GET', path: '/x', expected: 200, timeoutMs: 2_000 });
  await expect(asked).rejects.toMatchObject({ code: 'UNTRUSTED' });
  expect(stranger.ailing).toBe(true);
  stranger.close();
});

test('a client of which no file is there is told as such', async () => {
  files.delete(FILE.engineClientSecret);
  expect(await failure()).toBe('engine: NO_TOKEN');
});

test.each([
  ['none', undefined],
  ['no certificate', 'hello'],
  ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
])('with %s in the place of the CA nobody is trusted, until the CA comes', async (_title, ca) => {
  if (ca === undefined) files.delete(FILE.engineCA);
  else files.set(FILE.engineCA, ca);
  expect(await failure()).toBe('engine: UNTRUSTED');
  expect(engine.asked).toEqual([]);
  files.set(FILE.engineCA, gateway.ca);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await failure()).toBe('none');
});
