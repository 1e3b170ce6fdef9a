/** A proxy in front of the real engine that loses answers, which networks do and engines cannot be told to do. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ProxyFault =
  /** The engine gets the request and carries it out; its answer is lost. */
  | 'loseAnswer'
  /** The engine never gets the request. */
  | 'unavailable'
  | keyof typeof ANSWERS
  /** It is never answered. */
  | 'hang';

/** What stands there in the place of the engine's answer. */
export const ANSWERS = {
  unauthorized: { status: 401, headers: {}, body: 'tell nobody' },
  serverError: {
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: '{"message":"tell nobody"}',
  },
  redirect: { status: 302, headers: { location: '/engine-rest/external-task/count' }, body: '' },
  page: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>tell nobody</html>' },
} as const;

export interface FaultyProxy {
  /** In place of the engine's base URL. */
  baseURL: string;
  /** What to do with the next requests whose path ends like this ('' is all); `Infinity` until said otherwise. */
  fail(pathEnd: string, fault: ProxyFault, times: number): void;
  /** Requests that met a fault. */
  failed(): number;
  stop(): Promise<void>;
}

export async function startFaultyProxy(engineURL: string): Promise<FaultyProxy> {
  const engine = new URL(engineURL);
  let rule: { pathEnd: string; fault: ProxyFault; times: number } | undefined;
  let failed = 0;
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const hit = rule && rule.times > 0 && incoming.url?.endsWith(rule.pathEnd) ? rule : undefined;
    if (hit) {
      hit.times -= 1;
      failed += 1;
    }
    if (hit?.fault === 'unavailable') {
      outgoing.writeHead(503, { 'content-type': 'text/html' }).end('<html>no node</html>');
      return;
    }
    if (hit?.fault === 'hang') return;
    if (hit && hit.fault !== 'loseAnswer') {
      const { status, headers, body } = ANSWERS[hit.fault];
      outgoing.writeHead(status, headers).end(body);
      return;
    }
    const forward = request(
      {
        host: engine.hostname,
        port: engine.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        if (hit) {
          answer.resume().on('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => incoming.socket.destroy());
    incoming.pipe(forward);
  };
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}${engine.pathname}`,
    fail(pathEnd, fault, times) {
      rule = { pathEnd, fault, times };
    },
    failed: () => failed,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
