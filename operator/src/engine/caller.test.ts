import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EngineCaller } from './caller.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
async function node(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/engine-rest`;
}

describe('calls to an engine that are closed', () => {
  it('end at once, and are made to no other node', async () => {
    const hanging = Promise.withResolvers<void>();
    let others = 0;
    const urls = [
      await node(() => hanging.resolve()),
      await node(() => {
        others += 1;
      }),
    ];
    const caller = new EngineCaller({ urls }, () => undefined);
    const start = performance.now();
    const call = expect(caller.count({})).rejects.toMatchObject({ code: 'engine_unreachable' });
    await hanging.promise;
    caller.close();
    await call;
    // Two seconds is how long a node that hangs is waited for.
    expect(performance.now() - start).toBeLessThan(1_500);
    await expect(caller.count({})).rejects.toThrow('the engine is not asked any more');
    expect(others).toBe(0);
  });

  it('were made to the other node while they were not', async () => {
    const urls = [
      await node((request) => void request.socket.destroy()),
      await node((_, response) => void response.end('{"count":3}')),
    ];
    const caller = new EngineCaller({ urls }, () => undefined);
    expect((await caller.count({})).value).toBe(3);
    caller.close();
  });
});
