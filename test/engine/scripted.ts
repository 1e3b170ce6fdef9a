/** An engine node that says what a test lets it say, over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NO_AUTH } from '../../worker/src/engine/auth.ts';
import { EngineNode } from '../../worker/src/engine/nodes.ts';

export interface Scripted {
  url: string;
  node: EngineNode;
  nodes: { pick: () => EngineNode };
  /** What was asked so far, for example `POST /external-task/a/unlock`. */
  asked: string[];
  close(): void;
}

/** Undefined is answered by cutting the connection. */
type Said = { status: number; body?: unknown } | undefined;

export async function startScripted(say: (request: string, number: number) => Said): Promise<Scripted> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const line = `${request.method} ${request.url?.replace(/\?.*/, '')}`;
      const said = say(line, asked.push(line));
      if (!said) request.socket.destroy();
      else response.writeHead(said.status).end(said.body === undefined ? '' : JSON.stringify(said.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const node = new EngineNode({ url, address: '127.0.0.1' }, NO_AUTH);
  return {
    url,
    node,
    nodes: { pick: () => node },
    asked,
    close() {
      node.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
