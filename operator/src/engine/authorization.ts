/** The Authorization header of requests to one engine, and the tokens that are in it. */
import type { AxiosInstance } from 'axios';
import { readTokenAnswer, type Token, TokenKeeper, tokenRequest } from '../../../crds/src/oauth2.ts';
import { failure, sendGuarded } from './guardedRequest.ts';
import type { EngineAuth } from './question.ts';

/** A token has some kilobytes: what is longer is something else. */
const BODY_LIMIT = 262_144;
const BEARER = 'Bearer ';

export class Authorization {
  /** To check when the engine refuses the header. */
  readonly field: string;
  private readonly basic: string | undefined;
  /** Whether a user is wanted of whom too little is known to ask. */
  private readonly incomplete: boolean;
  private readonly tokens: TokenKeeper | undefined;

  /** @param client with the agents and the limits of this engine */
  constructor(auth: EngineAuth | undefined, client: AxiosInstance) {
    this.field = auth?.kind === 'oauth2' ? 'spec.engine.oauth2' : 'spec.engine.basicAuthSecretRef';
    this.incomplete = auth?.kind === 'basic' && (auth.username === '' || auth.password === '');
    if (auth?.kind === 'basic') {
      this.basic = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
    } else if (auth) {
      this.tokens = new TokenKeeper(
        () => askForToken(client, auth),
        () => performance.now(),
      );
    }
  }

  /** @throws OperatorError when a user or a token is needed and cannot be had: nothing is to be asked then. */
  async header(): Promise<string | undefined> {
    // An engine locks a user that it refuses again and again.
    if (this.incomplete) {
      throw failure('refused', 'the user is not known: see the condition CredentialsReady');
    }
    return this.tokens ? BEARER + (await this.tokens.current()) : this.basic;
  }

  /** The engine answered 401. Returns whether the request is worth repeating with another header. */
  refused(header: string | undefined): boolean {
    return header !== undefined && (this.tokens?.refused(header.slice(BEARER.length)) ?? false);
  }
}

async function askForToken(
  client: AxiosInstance,
  credentials: Extract<EngineAuth, { kind: 'oauth2' }>,
): Promise<Token> {
  if (credentials.clientId === '' || credentials.clientSecret === '') {
    throw failure('token', 'the client is not known: see the condition CredentialsReady');
  }
  const { url, headers, body } = tokenRequest(credentials);
  const askedAt = performance.now();
  const { status, data } = await sendGuarded(client, {
    method: 'POST',
    url,
    name: url,
    field: 'spec.engine.oauth2.tokenURL',
    headers,
    data: body,
    limit: BODY_LIMIT,
  });
  const answer = readTokenAnswer(status, data, askedAt);
  if ('token' in answer) return answer.token;
  if (answer.refused) {
    const reason = answer.reason === undefined ? '' : ` (${answer.reason})`;
    const fields = answer.reason === 'invalid_scope' ? 'scope' : 'secretRef';
    throw failure('token', `${url} answered ${status}${reason}: check spec.engine.oauth2.${fields}`);
  }
  throw failure(
    'token',
    `${url} answered ${status} without a bearer token: check spec.engine.oauth2.tokenURL`,
  );
}
