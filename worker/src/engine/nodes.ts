/**
 * HTTP to one address of the engine: connections are kept, credentials are read
 * anew for each request (they may be rotated), no redirect is followed and
 * nothing is taken from the environment. The address is fixed, so that a name
 * with several addresses is several nodes; the Host header and the name that a
 * certificate must have are those of the URL.
 */
import type { Agent } from 'node:http';
import { isIP } from 'node:net';
import { createAgent } from '../http/agent.ts';
import { type Answer, send } from '../http/send.ts';
import { hostOf, type Target } from './addresses.ts';
import type { EngineAuth } from './auth.ts';
import { codeOf, EngineError, type EngineErrorCode, toEngineError } from './errors.ts';
import { Gate } from './gate.ts';

export interface EngineRequest {
  method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  path: string;
  body?: unknown;
  /** The only status that counts as success: anything else is not the engine speaking. */
  expected: 200 | 204;
  /** Longest wait for the whole answer. */
  timeoutMs: number;
  /** Waits for one of a few places where many such requests come at once. */
  gated?: boolean;
  /**
   * An answer of 401 says nothing of the token: where a gateway checks tokens and the engine knows nobody, the engine
   * answers so to whoever asks about rights.
   */
  keepsToken?: true;
  /** From then on it is not sent any more, on the clock of `performance.now()`: it may have to wait before. */
  notAfter?: number;
}

/**
 * Requests that change tasks, at once. A node on two cores was no faster with 32 than with 4 (205 to 215 a second),
 * and fetches would wait behind them.
 */
const PLACES = 8;
/** A change takes milliseconds. One that takes longer is held up, and so would those be that wait behind it. */
const PLACE_MS = 1_000;
const CONNECT_TIMEOUT_MS = 3_000;
const MAX_ANSWER_LENGTH = 64 * 1024 * 1024;

/** After these another node may do better: this one is away, or something else stands in its place. */
const AILING: ReadonlySet<EngineErrorCode> = new Set([
  'UNREACHABLE',
  'NO_ANSWER',
  'UNAVAILABLE',
  'UNEXPECTED_RESPONSE',
  'UNTRUSTED',
]);

export class EngineNode {
  readonly target: Target;
  readonly #agent: Agent;
  /** Base URL with the address in the place of the name. */
  readonly #base: string;
  readonly #host: string;
  readonly #auth: EngineAuth;
  readonly #gate = new Gate(PLACES, PLACE_MS);
  #outstanding = 0;
  #ailing = false;
  #closing = false;

  /** @param ca PEM certificates to trust beside the usual ones, as of now. */
  constructor(target: Target, auth: EngineAuth, ca?: () => string | undefined) {
    const { protocol, port, pathname, host } = new URL(target.url);
    const name = hostOf(target.url);
    this.target = target;
    this.#agent = createAgent(protocol === 'https:', CONNECT_TIMEOUT_MS, {
      servername: isIP(name) ? undefined : name,
      ca,
    });
    const address = isIP(target.address) === 6 ? `[${target.address}]` : target.address;
    this.#base = `${protocol}//${address}${port && `:${port}`}${pathname.replace(/\/+$/, '')}`;
    this.#host = host;
    this.#auth = auth;
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
      if (this.#closing) this.close();
    }
  }

  /** Closes the connections once the requests that are under way have ended. */
  close(): void {
    this.#closing = true;
    if (this.#outstanding === 0) this.#agent.destroy();
  }

  async #send(request: EngineRequest): Promise<unknown> {
    const header = this.#auth.header();
    // Only a token that has yet to come is waited for.
    const authorization = header instanceof Promise ? await header : header;
    let answer = await this.#ask(request, authorization);
    const refused = answer.status === 401 && !request.keepsToken;
    // A refusal is no work done, whatever the request was: with a new token it may be repeated at once.
    if (refused && authorization !== undefined && this.#auth.refused(authorization)) {
      answer = await this.#ask(request, await this.#auth.header());
    }
    return read(answer, request.expected);
  }

  async #ask(
    { method, path, body, timeoutMs, notAfter = Number.POSITIVE_INFINITY }: EngineRequest,
    authorization: string | undefined,
  ): Promise<Answer> {
    // Here, after all waiting. A time that is no number has passed, too.
    if (!(performance.now() < notAfter)) throw new EngineError('TOO_LATE');
    return send({
      method,
      url: this.#base + path,
      headers: {
        host: this.#host,
        accept: 'application/json',
        'content-type': 'application/json',
        ...(authorization !== undefined && { authorization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      agent: this.#agent,
      timeoutMs,
      maxLength: MAX_ANSWER_LENGTH,
    });
  }
}

/** @throws EngineError where the answer is not the expected one. */
function read({ status, text }: Answer, expected: number): unknown {
  if (status !== expected) throw new EngineError(codeOf(status, parsed(text)), status);
  if (expected === 204) return undefined;
  const value = parsed(text);
  if (value === undefined) throw new EngineError('UNEXPECTED_RESPONSE', status);
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
