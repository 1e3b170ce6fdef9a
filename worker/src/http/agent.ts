/**
 * Connections that are kept, and are given up when they cannot be made: a
 * machine that has gone answers nothing at all, and a request would wait for
 * it as long as for an answer.
 */
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Nothing was sent. */
export class NotConnected extends Error {
  readonly code = 'NOT_CONNECTED';
}

/** A worker's calls at once: with fewer, each round of answers would close connections that the next has to make. */
const MOST_IDLE = 1_000;

/** @param servername the name that a certificate must have where it is not the host of the URL. */
export function createAgent(secure: boolean, connectTimeoutMs: number, servername?: string): HttpAgent {
  const options: AgentOptions = { keepAlive: true, maxFreeSockets: MOST_IDLE };
  const agent = secure
    ? new HttpsAgent({ ...options, ...(servername !== undefined && { servername }) })
    : new HttpAgent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (to, callback) => {
    const socket = connect(to, callback);
    if (!socket) return socket;
    const timer = setTimeout(() => socket.destroy(new NotConnected()), connectTimeoutMs);
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
    return socket;
  };
  return agent;
}
