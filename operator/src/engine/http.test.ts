import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RIGHT_PATH } from '../../../crds/src/engineRights.ts';
import { TokenGateway } from '../../../test/support/tokenGateway.ts';
import { EngineHttp } from './http.ts';

/** Something that is no engine, or a sick one. The real engine is asked in test/integration. */
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
async function answering(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/engine-rest`;
}
const auth = { kind: 'basic' as const, username: 'demo', password: 'hunter2' };
async function count(url: string): Promise<number> {
  const http = new EngineHttp({ auth });
  try {
    return await http.count(url, { topicName: 'analyze-fare-rules', tenantIdIn: 'a,b' });
  } finally {
    http.close();
  }
}

describe('a count', () => {
  it('is asked with the parameters and the credentials', async () => {
    const asked: unknown[] = [];
    const url = await answering((request, response) => {
      asked.push([request.url, request.headers.authorization]);
      response.setHeader('content-type', 'application/json');
      response.end('{"count":7}');
    });
    expect(await count(url)).toBe(7);
    const basic = `Basic ${Buffer.from('demo:hunter2').toString('base64')}`;
    const path = '/engine-rest/external-task/count?topicName=analyze-fare-rules&tenantIdIn=a,b';
    expect(asked).toEqual([[path, basic]]);
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      'a redirect, which it does not follow',
      (_, r) => void r.writeHead(302, { location: '/elsewhere' }).end(),
      /answered 302, a redirect, which is not followed: check spec\.engine\.urls$/,
    ],
    [
      'refused credentials',
      (_, r) => void r.writeHead(401).end('secret page'),
      /answered 401: check spec\.engine\.basicAuthSecretRef$/,
    ],
    ['a server error', (_, r) => void r.writeHead(500).end('{"message":"secret"}'), /answered 500/],
    ['a page instead of a count', (_, r) => void r.end('<html>secret</html>'), /did not answer with a count/],
    ['a negative count', (_, r) => void r.end('{"count":-1}'), /did not answer with a count/],
    ['a count that is text', (_, r) => void r.end('{"count":"5"}'), /did not answer with a count/],
    [
      'an endless answer',
      (_, r) => void r.end(`{"count":1,"x":"${'y'.repeat(10_000)}"}`),
      /cannot be reached/,
    ],
    ['a cut connection', (request) => void request.socket.destroy(), /cannot be reached \(ECONNRESET\)/],
    ['no answer', () => undefined, /did not answer within 2 s/],
  ])('is unknown, never zero, after %s', async (_, listener, message) => {
    const failure = await count(await answering(listener)).catch((error: Error) => error.message);
    expect(failure).toMatch(message);
    expect(failure).not.toMatch(/secret|hunter2/);
  });
});

it('is resolved as by the workers, in the namespace of the pool, and called by the name that the pool has', async () => {
  const url = (await answering((_, response) => void response.writeHead(500).end())).replace(
    '127.0.0.1',
    'camunda-platform',
  );
  const asked: unknown[] = [];
  const http = new EngineHttp({ auth, namespace: 'refunds' }, ({ namespace } = {}) => async (hostname) => {
    asked.push([namespace, hostname]);
    return [{ address: '127.0.0.1', family: 4 }];
  });
  await expect(http.count(url, {})).rejects.toThrow(`${url} answered 500`);
  http.close();
  expect(asked).toEqual([['refunds', 'camunda-platform']]);
});

it.each([
  ['user', { username: '' }],
  ['password', { password: '' }],
])('is not asked without the %s that it wants, not even for a right', async (_, missing) => {
  let asked = 0;
  const url = await answering((_request, response) => {
    asked += 1;
    response.writeHead(401).end();
  });
  const http = new EngineHttp({ auth: { ...auth, ...missing } });
  const refusal = {
    code: 'engine_refused',
    message: expect.stringMatching(/see the condition CredentialsReady$/),
  };
  await expect(http.count(url, {})).rejects.toMatchObject(refusal);
  await expect(
    http.right(url, {
      permissionName: 'READ_INSTANCE',
      resourceName: 'PROCESS_DEFINITION',
      resourceType: '6',
      resourceId: '*',
    }),
  ).rejects.toMatchObject(refusal);
  http.close();
  expect(asked).toBe(0);
});

describe('an engine behind TLS of a private CA that wants bearer tokens', () => {
  const client = { id: 'pool', secret: 'hunter22' };
  let directory: string;
  let gateway: TokenGateway;
  let start: (lifetimeSeconds: number) => Promise<TokenGateway>;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gateway-'));
    const engineURL = await answering((request, response) => {
      response.setHeader('content-type', 'application/json');
      // As an engine that knows nobody answers.
      if (request.url?.includes(RIGHT_PATH)) response.writeHead(401).end('{}');
      else response.end('{"count":7}');
    });
    start = (lifetimeSeconds) => TokenGateway.start({ engineURL, directory, lifetimeSeconds, client });
    gateway = await start(1);
  });
  afterEach(async () => {
    await gateway.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const asking = (change: { clientSecret?: string; ca?: string; tokenURL?: string } = {}) => {
    const { ca = gateway.ca, ...auth } = change;
    return new EngineHttp({
      ca,
      auth: {
        kind: 'oauth2',
        tokenURL: gateway.tokenURL,
        clientId: client.id,
        clientSecret: client.secret,
        authentication: 'Basic',
        ...auth,
      },
    });
  };

  it('is counted through several lifetimes of a token, without one refusal', async () => {
    const http = asking();
    for (const end = Date.now() + 2_500; Date.now() < end; ) {
      expect(await http.count(gateway.baseURL, {})).toBe(7);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    http.close();
    expect(gateway.issued.length).toBeGreaterThanOrEqual(3);
    expect(gateway.issued.length).toBeLessThanOrEqual(5);
    expect(gateway.refused).toBe(0);
  });

  it('keeps its token where the engine does not know whose rights it is asked about', async () => {
    await gateway.stop();
    gateway = await start(60);
    const http = asking();
    await http.count(gateway.baseURL, {});
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const query = { permissionName: 'READ', permissionValue: '2', resourceName: 'x', resourceType: '8' };
    expect(await http.right(gateway.baseURL, query as never)).toBeUndefined();
    await http.count(gateway.baseURL, {});
    http.close();
    expect(gateway).toMatchObject({ refused: 0, issued: { length: 1 } });
  });

  it.each<[string, () => Parameters<typeof asking>[0], RegExp]>([
    [
      'a wrong secret',
      () => ({ clientSecret: 'wrong' }),
      /\/token answered 401 \(invalid_client\): check spec\.engine\.oauth2\.secretRef$/,
    ],
    [
      'no secret, without asking',
      () => ({ clientSecret: '' }),
      /not known: see the condition CredentialsReady$/,
    ],
    [
      'a certificate that nobody signed',
      () => ({ ca: rootCertificates[0] ?? '' }),
      /^the certificate of https:.* is not trusted \(\w+\): check spec\.engine\.caSecretRef$/,
    ],
    ['no certificates', () => ({ ca: 'secret' }), /no PEM certificate: check spec\.engine\.caSecretRef$/],
    [
      'a broken certificate',
      () => ({ ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
      /no PEM certificate: check spec\.engine\.caSecretRef$/,
    ],
    [
      'a link-local token endpoint',
      () => ({ tokenURL: 'http://169.254.169.254/latest' }),
      /link-local address, or at one of a cloud's own services, which is never asked: check spec\.engine\.oauth2\.tokenURL$/,
    ],
    [
      'an engine in the place of the token endpoint',
      () => ({ tokenURL: `${gateway.baseURL}/external-task/count` }),
      /answered 401: check spec\.engine\.oauth2\.secretRef$/,
    ],
  ])('is unknown, with what to check, after %s', async (_, change, message) => {
    const http = asking(change());
    const failure = await http.count(gateway.baseURL, {}).catch((error: Error) => error.message);
    http.close();
    expect(failure).toMatch(message);
    expect(failure).not.toMatch(/tell nobody|hunter22|wrong/);
    expect(gateway.passed).toBe(0);
    expect(gateway.refusedClients).toBe(/invalid_client/.test(String(failure)) ? 1 : 0);
  });
});

describe('any other question', () => {
  const question = {
    path: '/history/process-instance',
    params: { maxResults: '2' },
    body: { finished: true },
    expected: 'rows',
    read: (body: unknown) => (Array.isArray(body) ? body : undefined),
    maxBytes: 100,
    timeoutMs: 200,
  };
  async function ask(url: string): Promise<unknown> {
    const http = new EngineHttp({ auth });
    try {
      return await http.ask(url, question);
    } finally {
      http.close();
    }
  }

  it('is posted when it has a body', async () => {
    const asked: unknown[] = [];
    const url = await answering((request, response) => {
      request.on('data', (chunk) => asked.push([request.method, request.url, JSON.parse(String(chunk))]));
      request.on('end', () => response.setHeader('content-type', 'application/json').end('[]'));
    });
    expect(await ask(url)).toEqual([]);
    expect(asked).toEqual([
      ['POST', '/engine-rest/history/process-instance?maxResults=2', { finished: true }],
    ]);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['takes longer than it may', () => undefined, /did not answer within 0\.2 s/],
    ['is longer than it may be', (_, r) => void r.end(`["${'y'.repeat(200)}"]`), /cannot be reached/],
    ['is something else', (_, r) => void r.end('{}'), /did not answer with rows/],
  ])('fails when its answer %s', async (_, listener, message) => {
    await expect(ask(await answering(listener))).rejects.toThrow(message);
  });
});
