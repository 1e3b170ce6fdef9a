import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { countTasks, type EngineTarget, engineClient } from './backlog.ts';

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
const target: EngineTarget = {
  urls: [],
  topic: 'analyze-fare-rules',
  processDefinitionKeys: ['ticket-refund'],
  tenantIds: ['a', 'b'],
  lockDurationMs: 30_000,
  auth: { username: 'demo', password: 'hunter2' },
};
const count = (url: string) => countTasks(engineClient(), url, target, Date.UTC(2026, 0, 1));

describe('a count', () => {
  it('asks for what waits and for what is in work, each with the pool’s filters', async () => {
    const asked: Record<string, string>[] = [];
    const url = await answering((request, response) => {
      const query = Object.fromEntries(new URL(request.url ?? '', 'http://x').searchParams);
      asked.push(query);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ count: query.locked ? 3 : 7 }));
    });
    expect(await count(url)).toEqual({ pending: 7, inFlight: 3 });
    const filters = {
      topicName: 'analyze-fare-rules',
      withRetriesLeft: 'true',
      active: 'true',
      processDefinitionKeyIn: 'ticket-refund',
      tenantIdIn: 'a,b',
    };
    expect(asked).toContainEqual({ ...filters, notLocked: 'true' });
    expect(asked).toContainEqual({
      ...filters,
      locked: 'true',
      lockExpirationBefore: '2026-01-01T00:00:35.000+0000',
    });
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      'a redirect, which it does not follow',
      (_, r) => void r.writeHead(302, { location: '/elsewhere' }).end(),
      /answered 302/,
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
