import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createLeanFetch } from './leanFetch.ts';

const fetch = createLeanFetch();
const servers: Server[] = [];

async function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

test('a call has its method, path, headers and body, and its answer status, headers and body', async () => {
  const url = await listen((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      const seen = { method: request.method, url: request.url, key: request.headers.authorization, body };
      response.writeHead(429, { 'retry-after': '7' }).end(JSON.stringify(seen));
    });
  });
  const response = await fetch(`${url}/v1/chat?a=b`, {
    method: 'POST',
    headers: new Headers({ authorization: 'Bearer k' }),
    body: '{}',
  });
  expect(response).toMatchObject({ status: 429, ok: false });
  expect(response.headers.get('retry-after')).toBe('7');
  expect(await response.json()).toEqual({ method: 'POST', url: '/v1/chat?a=b', key: 'Bearer k', body: '{}' });
});

test('a key does not follow a redirect', async () => {
  const url = await listen((_request, response) => response.writeHead(302, { location: 'http://x/' }).end());
  expect((await fetch(url)).status).toBe(302);
});

test('an answer without a body is one', async () => {
  const url = await listen((_request, response) => response.writeHead(204).end());
  expect((await fetch(url)).status).toBe(204);
});

test('a call ends when it is aborted, also while its body comes', async () => {
  const url = await listen((_request, response) => {
    response.write('{');
  });
  await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/abort/);
});
