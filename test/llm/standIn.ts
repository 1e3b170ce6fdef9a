/**
 * The stand-in LLM: a server that speaks OpenAI's chat completions, decides by
 * the policy in policy.ts and fails as its script says. It is the one part of
 * the test environment that is not real; every answer says so (`x-stand-in`).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { chatCompletions } from './chatCompletions.ts';
import { controls } from './controls.ts';
import { json } from './json.ts';
import type { Call, Fault, Settings, Stats } from './protocol.ts';
import { newState } from './state.ts';
import { errors } from './wire.ts';

export interface StandInOptions extends Partial<Settings> {
  /** Address to listen on. Left out: 127.0.0.1. */
  host?: string;
  /** 0, the default, takes a free port. */
  port?: number;
  /** Speaks HTTPS with this certificate and its key, PEM. */
  tls?: { cert: string; key: string };
}

export interface StandIn {
  /** What the OpenAI client takes as base URL: `http://…/v1`. */
  baseURL: string;
  controlURL: string;
  calls(): Call[];
  stats(): Stats;
  /** Replaces the scripted faults. */
  script(faults: readonly Fault[]): void;
  /** Changes some settings; a change of a limit starts with full buckets. */
  settings(change: Partial<Settings>): void;
  stop(): Promise<void>;
}

/** Starts a stand-in; it answers when this resolves. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { host = '127.0.0.1', port = 0, tls, ...settings } = options;
  const state = newState(settings);
  const complete = chatCompletions(state);
  const control = controls(state);

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    const body = await text(request);
    if (path.startsWith('/_standin/')) return control(request.method ?? '', path, body, response);
    response.setHeader('x-stand-in', 'true');
    // Azure has the same API below /openai/v1.
    if (request.method === 'POST' && /^(\/openai)?\/v1\/chat\/completions$/.test(path)) {
      return complete(request.headers.authorization, body, response);
    }
    if (request.method === 'GET' && path === '/v1/models') {
      const data = state.settings.models.map((id) => ({ id, object: 'model', owned_by: 'stand-in' }));
      return json(response, 200, { object: 'list', data });
    }
    const { status, body: error } = errors.notFound(request.method ?? '', path);
    json(response, status, error);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      // Only a client that went away gets here; there is nobody left to answer.
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  // A client's idle connection must not break while it is about to be reused.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const origin = `${tls ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`;
  return {
    baseURL: `${origin}/v1`,
    controlURL: `${origin}/_standin`,
    calls: () => [...state.calls],
    stats: state.stats,
    script: state.faults.replace,
    settings: state.change,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
