import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createAgent } from './agent.ts';
import { type HttpRequest, send } from './send.ts';

const LIMITS = { timeoutMs: 5_000, maxLength: 1_000 };
const servers: { close(): unknown; closeAllConnections?(): void }[] = [];

async function listen(handle: RequestListener): Promise<number> {
  const server: Server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const post = (port: number, change: Partial<HttpRequest> = {}) =>
  send({
    method: 'POST',
    url: `http://127.0.0.1:${port}/`,
    headers: {},
    body: 'ä',
    agent: createAgent(false, 1_000),
    ...LIMITS,
    ...change,
  });

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections?.();
  }
});

test('an answer is its status, its headers and its whole text', async () => {
  const port = await listen((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      response.writeHead(201, { 'x-got': encodeURIComponent(body) });
      response.write('half and ');
      setTimeout(() => response.end('half'), 10);
    });
  });
  expect(await post(port)).toMatchObject({
    status: 201,
    headers: { 'x-got': '%C3%A4' },
    text: 'half and half',
  });
});

test('an answer without its end is none', async () => {
  const port = await listen((_request, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => response.destroy());
  });
  await expect(post(port)).rejects.toThrow();
});

test('the time for an answer covers its body', async () => {
  const port = await listen((_request, response) => {
    response.write('half');
  });
  await expect(post(port, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
});

test('an answer that is too long is not kept', async () => {
  const port = await listen((_request, response) => response.end('x'.repeat(2_000)));
  await expect(post(port)).rejects.toMatchObject({ code: 'ERR_BAD_RESPONSE' });
});

test('a redirect is an answer', async () => {
  const port = await listen((_request, response) => response.writeHead(302, { location: '/other' }).end());
  expect(await post(port)).toMatchObject({ status: 302 });
});

test('a request that is aborted ends at once', async () => {
  const port = await listen(() => undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await expect(post(port, { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
});

test('a connection that is refused says so', async () => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await expect(post(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
