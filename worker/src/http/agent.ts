/**
 * Connections that are kept, and are given up when they cannot be made: a
 * machine that has gone answers nothing at all, and a request would wait for
 * it as long as for an answer.
 */
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { trusting } from './trust.ts';

/** Nothing was sent. */
export class NotConnected extends Error {
  readonly code = 'NOT_CONNECTED';
}

/** A worker's calls at once: with fewer, each round of answers would close connections that the next has to make. */
const MOST_IDLE = 1_000;

export interface TlsOptions {
  /** The name that a certificate must have where it is not the host of the URL. */
  servername?: string | undefined;
  /** PEM certificates to trust beside the usual ones, as of now; new connections heed a change. */
  ca?: (() => string | undefined) | undefined;
}

export function createAgent(
  secure: boolean,
  connectTimeoutMs: number,
  { servername, ca }: TlsOptions = {},
): HttpAgent {
  const options: AgentOptions = { keepAlive: true, maxFreeSockets: MOST_IDLE };
  const agent = secure
    ? new HttpsAgent({
        ...options,
        ...(servername !== undefined && { servername }),
        // A session that is resumed brings its old verdict on the certificate with it.
        ...(ca && { maxCachedSessions: 0 }),
      })
    : new HttpAgent(options);
  const trusted = secure && ca ? trusting(ca) : undefined;
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (plain, callback) => {
    const secureContext = trusted?.();
    const to = secureContext ? { ...plain, secureContext } : plain;
    const socket = connect(to, callback);
    if (!socket) return socket;
    const timer = setTimeout(() => socket.destroy(new NotConnected()), connectTimeoutMs);
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
    return socket;
  };
  return agent;
}
