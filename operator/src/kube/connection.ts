/**
 * HTTPS to the API server: credentials from the kubeconfig or the pod's
 * ServiceAccount through the official client, connections from one shared agent
 * (the official client opens a new one for every request).
 */
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, request } from 'undici';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal;
  /** Longest silence while the answer arrives. */
  silenceMs?: number;
}

export interface Connection {
  send(call: HttpCall): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Longest wait for an answer to begin. */
const ANSWER_MS = 10_000;

/** Connects as KUBECONFIG says, or as the pod's ServiceAccount. */
export function connect(): Connection {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  const server = kubeConfig.getCurrentCluster()?.server;
  if (!server) throw new Error('the kubeconfig names no cluster');
  let agent: { trust: string; dispatcher: Agent } | undefined;

  /** The shared agent; a new one when the CA or the client certificate has changed. */
  function agentFor({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): Agent {
    const trust = [ca, cert, key].map(String).join('|');
    if (agent?.trust === trust) return agent.dispatcher;
    void agent?.dispatcher.close();
    const connectOptions = Object.fromEntries(
      Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, value]) => value != null),
    );
    const dispatcher = new Agent({
      connect: { ...connectOptions, keepAlive: true, keepAliveInitialDelay: 15_000, timeout: 5_000 },
    });
    agent = { trust, dispatcher };
    return dispatcher;
  }

  return {
    async send({ method, path, query = {}, body, contentType = 'application/json', signal, silenceMs }) {
      const options: RequestOptions = { headers: {} };
      await kubeConfig.applyToHTTPSOptions(options);
      const url = new URL(server + path);
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(name, value);
      }
      return request(url, {
        method,
        dispatcher: agentFor(options),
        headers: {
          ...(options.headers as Record<string, string>),
          accept: 'application/json',
          'user-agent': 'fareruleworkerpool-operator',
          ...(body !== undefined && { 'content-type': contentType }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
        headersTimeout: ANSWER_MS,
        bodyTimeout: silenceMs ?? ANSWER_MS,
      });
    },
    async close() {
      await agent?.dispatcher.destroy();
    },
  };
}
