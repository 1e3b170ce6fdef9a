/**
 * HTTP to one address of the engine: connections are kept, basic auth is read
 * anew for each request (it may be rotated), no redirect is followed and
 * nothing is taken from the environment. The address is fixed, so that a name
 * with several addresses is several nodes; the Host header and the name that a
 * certificate must have are those of the URL.
 */
import { isIP, isIPv6 } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import { hostOf, type Target } from './addresses.ts';
import { codeOf, EngineError, type EngineErrorCode, toEngineError } from './errors.ts';
import { Gate } from './gate.ts';

export interface BasicAuth {
  username: string;
  password: string;
}

export interface EngineRequest {
  method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  path: string;
  body?: unknown;
  /** The only status that counts as success: anything else is not the engine speaking. */
  expected: 200 | 204;
  /** Longest wait for the answer's head, and for each part of its body. */
  timeoutMs: number;
  /** Waits for one of a few places where many such requests come at once. */
  gated?: boolean;
}

/**
 * Requests that change tasks, at once: beyond this the node is no faster, and fetches would wait behind them until
 * they run out of time.
 */
const PLACES = Number(process.env.GATE ?? 16);
const CONNECT_TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** After these another node may do better: this one is away, or something else stands in its place. */
const AILING: ReadonlySet<EngineErrorCode> = new Set([
  'UNREACHABLE',
  'NO_ANSWER',
  'UNAVAILABLE',
  'UNEXPECTED_RESPONSE',
]);

export class EngineNode {
  readonly target: Target;
  readonly #pool: Pool;
  readonly #basePath: string;
  readonly #host: string;
  readonly #auth: () => BasicAuth | undefined;
  readonly #gate = new Gate(PLACES);
  #outstanding = 0;
  #ailing = false;

  constructor(target: Target, auth: () => BasicAuth | undefined) {
    const { protocol, port, pathname, host } = new URL(target.url);
    const address = isIPv6(target.address) ? `[${target.address}]` : target.address;
    this.target = target;
    this.#basePath = pathname.replace(/\/+$/, '');
    this.#host = host;
    this.#auth = auth;
    const name = hostOf(target.url);
    this.#pool = new Pool(`${protocol}//${address}${port ? `:${port}` : ''}`, {
      connect: { timeout: CONNECT_TIMEOUT_MS, ...(isIP(name) ? {} : { servername: name }) },
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  /** For logs: the URL, and the address where the URL does not say it. */
  get name(): string {
    const { url, address } = this.target;
    return hostOf(url) === address ? url : `${url} (${address})`;
  }

  /** Requests that wait for their answer. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Whether the last request found nobody, or not the engine. */
  get ailing(): boolean {
    return this.#ailing;
  }

  /**
   * Asks, and returns the answer's body; undefined where 204 was expected.
   * @throws EngineError
   */
  async request(request: EngineRequest): Promise<unknown> {
    this.#outstanding += 1;
    try {
      const send = () => this.#send(request);
      const value = await (request.gated ? this.#gate.through(send) : send());
      this.#ailing = false;
      return value;
    } catch (thrown) {
      const error = toEngineError(thrown);
      this.#ailing = AILING.has(error.code);
      throw error;
    } finally {
      this.#outstanding -= 1;
    }
  }

  /** Lets requests that are under way end; later ones fail. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #send({ method, path, body, expected, timeoutMs }: EngineRequest): Promise<unknown> {
    const answer = await this.#pool.request({
      method,
      path: this.#basePath + path,
      headers: this.#headers(),
      body: body === undefined ? null : JSON.stringify(body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    return read(answer, expected);
  }

  #headers(): Record<string, string> {
    const auth = this.#auth();
    return {
      host: this.#host,
      accept: 'application/json',
      'content-type': 'application/json',
      ...(auth && {
        authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`,
      }),
    };
  }
}

/** @throws EngineError where the answer is not the expected one. */
async function read({ statusCode, body }: Dispatcher.ResponseData, expected: number): Promise<unknown> {
  if (statusCode === 204) await body.dump();
  const text = statusCode === 204 ? '' : await body.text();
  if (statusCode !== expected) throw new EngineError(codeOf(statusCode, parsed(text)), statusCode);
  if (expected === 204) return undefined;
  const value = parsed(text);
  if (value === undefined) throw new EngineError('UNEXPECTED_RESPONSE', statusCode);
  return value;
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
