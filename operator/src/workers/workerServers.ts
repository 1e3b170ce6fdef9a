/** Real HTTP servers on 127.0.0.x that stand where worker pods would, for the tests of this folder. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class WorkerServers {
  private readonly servers: Server[] = [];

  /** @param port 0: any that is free. @returns the port */
  async listen(address: string, listener: RequestListener, port = 0): Promise<number> {
    const server = createServer(listener);
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const server of this.servers.splice(0)) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  }
}
