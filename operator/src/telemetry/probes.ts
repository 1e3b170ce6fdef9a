/** /metrics, /healthz and /readyz. */
import { createServer, type Server } from 'node:http';
import { registry } from './metrics.ts';

export interface Health {
  /** Whether the process works; when it does not, it should be started anew. */
  healthy(): boolean;
  /** Whether it may be relied on. */
  ready(): boolean;
}

export function serveProbes(port: number, health: Health): Promise<Server> {
  const server = createServer(async (request, response) => {
    switch (request.url?.split('?')[0]) {
      case '/metrics':
        response.setHeader('content-type', registry.contentType);
        response.end(await registry.metrics());
        return;
      case '/healthz':
        response.writeHead(health.healthy() ? 200 : 503).end();
        return;
      case '/readyz':
        response.writeHead(health.ready() ? 200 : 503).end();
        return;
      default:
        response.writeHead(404).end();
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}
