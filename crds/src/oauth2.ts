/**
 * OAuth2 client credentials (RFC 6749, section 4.4) as operator and worker both need them: what is sent for a token,
 * what an answer means, and for how long a token is used. Requests and the clock are the caller's.
 */

export interface ClientCredentials {
  tokenURL: string;
  clientId: string;
  clientSecret: string;
  scope?: string | undefined;
  audience?: string | undefined;
  /** Where id and secret go: into the Authorization header, or into the body for servers that want them there. */
  authentication: 'Basic' | 'Body';
}

export interface TokenRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** A bearer token. Times are milliseconds on the clock of whoever asked. */
export interface Token {
  value: string;
  since: number;
  /** From then on a new one is asked for, while this one is still good. */
  renewAt: number;
  /** From then on it is not sent any more. Infinity where its lifetime was not said: until it is refused. */
  expires: number;
}

export type TokenAnswer =
  | { token: Token }
  /** The client, its secret or its scope is refused: asking again brings the same. `reason` is one of RFC 6749's words. */
  | { refused: true; reason: string | undefined }
  /** Anything else: no token came. */
  | { refused: false };

/** A token is renewed after so much of its lifetime, at the latest so long before its end. */
const RENEW_AFTER = 0.75;
const RENEW_BEFORE_MS = 60_000;
/** Not sent during the last part of its lifetime: a request takes a moment, and clocks differ. */
const UNSENT_PART = 0.1;
const UNSENT_MS = 5_000;
/** What may be in a header. Anything else would end in an error text that repeats it. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;
/** The words of RFC 6749, section 5.2: nothing else of an answer is repeated. */
const REASONS = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

export function tokenRequest(credentials: ClientCredentials): TokenRequest {
  const { tokenURL, clientId, clientSecret, scope, audience, authentication } = credentials;
  const inBody = authentication === 'Body';
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(inBody && { client_id: clientId, client_secret: clientSecret }),
  });
  return {
    url: tokenURL,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(!inBody && { authorization: `Basic ${btoa(`${formed(clientId)}:${formed(clientSecret)}`)}` }),
    },
    body: body.toString(),
  };
}

/** As RFC 6749, section 2.3.1 wants id and secret before they are joined. */
const formed = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/**
 * @param body the answer as JSON; undefined where it is none.
 * @param askedAt when the request was sent.
 */
export function readTokenAnswer(status: number, body: unknown, askedAt: number): TokenAnswer {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (status === 400 || status === 401 || status === 403) {
    const reason = typeof fields.error === 'string' && REASONS.has(fields.error) ? fields.error : undefined;
    return { refused: true, reason };
  }
  const { access_token: value, token_type: type } = fields;
  if (status !== 200 || typeof value !== 'string' || !HEADER_SAFE.test(value)) return { refused: false };
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return { refused: false };
  const seconds = Number(fields.expires_in ?? Number.POSITIVE_INFINITY);
  if (!(seconds > 0)) return { refused: false };
  return { token: { value, since: askedAt, ...lifetime(askedAt, seconds * 1_000) } };
}

function lifetime(askedAt: number, ms: number): Pick<Token, 'renewAt' | 'expires'> {
  return {
    renewAt: askedAt + Math.max(ms * RENEW_AFTER, ms - RENEW_BEFORE_MS),
    expires: askedAt + Math.max(ms * (1 - UNSENT_PART), ms - UNSENT_MS),
  };
}

/** A refused token that is younger stays: another one would be like it, and asking for it at every refusal is a flood. */
const LEAST_AGE_MS = 1_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Keeps one token and asks for the next one: once for all who wait for it, while the old one is still good, and with
 * growing pauses as long as none comes.
 */
export class TokenKeeper {
  readonly #ask: () => Promise<Token>;
  readonly #now: () => number;
  #token: Token | undefined;
  #renewal: Promise<string> | undefined;
  #failure: { error: unknown; inARow: number; retryAt: number } | undefined;
  /** Counts changes of the credentials. */
  #generation = 0;

  /**
   * @param ask brings a token, or is rejected with what `current` is then rejected with.
   * @param now milliseconds, on the clock of the tokens' times.
   */
  constructor(ask: () => Promise<Token>, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** A token to send now; a promise only where one has to be waited for. */
  current(): string | Promise<string> {
    const now = this.#now();
    const token = this.#token;
    if (!token || now >= token.expires) return this.#renew(now);
    // Whoever comes goes on with the old one: that no new one came is told when it is needed.
    if (now >= token.renewAt) this.#renew(now).catch(() => undefined);
    return token.value;
  }

  /** A token was answered with 401. Returns whether the request is worth repeating with `current`. */
  refused(value: string): boolean {
    const token = this.#token;
    // Another request has noticed before.
    if (token?.value !== value) return true;
    if (this.#now() - token.since < LEAST_AGE_MS) return false;
    this.#token = undefined;
    return true;
  }

  /** Other credentials are there: the token of the old ones is used until it is replaced, which is at the next request. */
  credentialsChanged(): void {
    this.#generation += 1;
    this.#failure = undefined;
    if (this.#token) this.#token = { ...this.#token, renewAt: this.#now() };
  }

  /** What must not be printed. */
  secrets(): string[] {
    return this.#token ? [this.#token.value] : [];
  }

  #renew(now: number): Promise<string> {
    if (this.#renewal) return this.#renewal;
    if (this.#failure && now < this.#failure.retryAt) return Promise.reject(this.#failure.error);
    this.#renewal = this.#askNow().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #askNow(): Promise<string> {
    const generation = this.#generation;
    try {
      const token = await this.#ask();
      // One that was under way when other credentials came is of the old ones, too.
      this.#token = generation === this.#generation ? token : { ...token, renewAt: this.#now() };
      this.#failure = undefined;
      return token.value;
    } catch (error) {
      const inARow = (this.#failure?.inARow ?? 0) + 1;
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (inARow - 1));
      this.#failure = { error, inARow, retryAt: this.#now() + pause };
      throw error;
    }
  }
}
