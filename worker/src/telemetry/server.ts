/** /metrics, /healthz and /readyz on one port. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface TelemetryServer {
  port: number;
  close(): Promise<void>;
}

/**
 * @param readiness undefined when ready, otherwise why not.
 * @throws when the port is taken.
 */
export async function startTelemetryServer(
  port: number,
  registry: Registry,
  readiness: () => string | undefined,
): Promise<TelemetryServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'text/plain', 'GET only\n');
    if (path === '/healthz') return answer(200, 'text/plain', 'ok\n');
    if (path === '/readyz') {
      const reason = readiness();
      return answer(reason ? 503 : 200, 'text/plain', `${reason ?? 'ok'}\n`);
    }
    if (path !== '/metrics') return answer(404, 'text/plain', 'not found\n');
    return void registry.metrics().then(
      (text) => answer(200, registry.contentType, text),
      () => answer(500, 'text/plain', 'metrics could not be read\n'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
