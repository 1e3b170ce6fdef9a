/** Where bearer tokens for the engine come from. */
import type { Agent } from 'node:http';
import { type ClientCredentials, readTokenAnswer, type Token, tokenRequest } from '@farerules/crds/oauth2';
import { createAgent } from '../http/agent.ts';
import { send } from '../http/send.ts';
import { isUntrusted } from '../http/trust.ts';
import { EngineError } from './errors.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const TIMEOUT_MS = 5_000;
/** A token has some kilobytes; what is longer is something else. */
const MAX_LENGTH = 256 * 1024;

export class TokenEndpoint {
  readonly #http: Agent;
  readonly #https: Agent;

  /** @param ca PEM certificates to trust beside the usual ones, as of now. */
  constructor(ca: (() => string | undefined) | undefined) {
    this.#http = createAgent(false, CONNECT_TIMEOUT_MS);
    this.#https = createAgent(true, CONNECT_TIMEOUT_MS, { ca });
  }

  /** @throws EngineError that repeats nothing of the answer but a reason of RFC 6749. */
  async ask(credentials: ClientCredentials): Promise<Token> {
    const request = tokenRequest(credentials);
    const askedAt = performance.now();
    const { status, text } = await send({
      ...request,
      method: 'POST',
      agent: request.url.startsWith('https:') ? this.#https : this.#http,
      timeoutMs: TIMEOUT_MS,
      maxLength: MAX_LENGTH,
    }).catch((error: unknown) => {
      throw new EngineError(isUntrusted(error) ? 'UNTRUSTED' : 'NO_TOKEN');
    });
    const answer = readTokenAnswer(status, json(text), askedAt);
    if ('token' in answer) return answer.token;
    if (answer.refused) throw new EngineError('TOKEN_REFUSED', status, answer.reason);
    throw new EngineError('NO_TOKEN', status);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Undefined where it is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
