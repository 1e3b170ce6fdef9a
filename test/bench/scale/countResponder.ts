/**
 * Engines for hundreds of pools on one machine. STAND-IN where it answers itself: counts and topic
 * names after the real engine's latency; everything else, and everything asked of a gate, goes to the
 * real engine. Both count the calls. A process of its own, so that it takes no time from what measures.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { parseArgs } from 'node:util';
import { ANSWERS } from '../../integration/faultyProxy.ts';
import { sleep } from '../../support/wait.ts';
import type { EngineFault } from './faults.ts';

const { values } = parseArgs({
  options: {
    address: { type: 'string', default: '127.0.0.1' },
    /** Comma-separated; the first is the gate to the real engine, the others answer themselves. */
    ports: { type: 'string', default: '' },
    control: { type: 'string', default: '0' },
    engine: { type: 'string', default: '' },
    'latency-ms': { type: 'string', default: '0' },
  },
});
const engine = new URL(values.engine);
const latencyMs = Number(values['latency-ms']);
const agent = new Agent({ keepAlive: true });

/** Tasks that wait, by topic, of each engine that answers itself. */
const backlogs = new Map<number, Map<string, number>>();
/** How an engine that answers itself fails at present. */
const faults = new Map<number, EngineFault>();
const listeners = new Map<number, Server>();
let calls = 0;

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request;
  const target = { host: engine.hostname, port: engine.port, path: request.url, method, headers, agent };
  const onward = httpRequest(target, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
}

async function answer(port: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine');
  const backlog = backlogs.get(port) ?? new Map<string, number>();
  const json = async (value: unknown) => {
    await sleep(latencyMs);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(value));
  };
  if (pathname.endsWith('/external-task/count')) {
    const topic = searchParams.get('topicName') ?? '';
    return json({ count: searchParams.get('locked') === 'true' ? 0 : (backlog.get(topic) ?? 0) });
  }
  if (pathname.endsWith('/external-task/topic-names')) return json([...backlog.keys()]);
  return passOn(request, response);
}

/** Whether this one went wrong as it was told to. */
function fails(port: number, request: IncomingMessage, response: ServerResponse): boolean {
  const fault = faults.get(port);
  if (fault === undefined) return false;
  if (fault === 'reset') request.socket.destroy();
  else if (fault === 'garbage') response.setHeader('content-type', 'application/json').end('{"count":-1}');
  else if (fault !== 'hang' && fault !== 'refuse') {
    const { status, headers, body } = ANSWERS[fault];
    response.writeHead(status, headers).end(body);
  }
  return true;
}

/** An engine that refuses connections does not listen. */
function setFault(port: number, fault: EngineFault | undefined): void {
  const server = listeners.get(port);
  if (fault) faults.set(port, fault);
  else faults.delete(port);
  if (fault === 'refuse') {
    server?.close();
    server?.closeAllConnections();
  } else if (server && !server.listening) {
    server.listen(port, values.address);
  }
}

/**
 * GET /calls: how many so far. PUT /backlog?port=&topic=&count=: sets one, and says when.
 * PUT /fault?port=&fault=: fails from now on, or no more when there is none.
 */
function control(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
  if (request.method === 'GET' && pathname === '/calls') {
    response.end(JSON.stringify({ calls }));
    return;
  }
  const port = Number(searchParams.get('port'));
  const backlog = backlogs.get(port);
  if (request.method === 'PUT' && pathname === '/fault' && backlog) {
    setFault(port, (searchParams.get('fault') as EngineFault | null) ?? undefined);
    response.end('{}');
    return;
  }
  const topic = searchParams.get('topic');
  if (request.method !== 'PUT' || pathname !== '/backlog' || !backlog || !topic) {
    response.writeHead(404).end();
    return;
  }
  const count = Number(searchParams.get('count'));
  if (count > 0) backlog.set(topic, count);
  else backlog.delete(topic);
  response.end(JSON.stringify({ at: Date.now() }));
}

const [gate, ...standIns] = values.ports.split(',').map(Number);
createServer((request, response) => {
  calls += 1;
  passOn(request, response);
}).listen(gate, values.address);
for (const port of standIns) {
  backlogs.set(port, new Map());
  const server = createServer((request, response) => {
    calls += 1;
    if (!fails(port, request, response)) void answer(port, request, response);
  });
  listeners.set(port, server.listen(port, values.address));
}
createServer(control).listen(Number(values.control), '127.0.0.1');
