/** Who this worker is to the engine: nobody, a user with a password, or an OAuth2 client with a bearer token. */
import { type ClientCredentials, TokenKeeper } from '@farerules/crds/oauth2';
import { CREDENTIAL_FILES } from '@farerules/crds/workerEnv';
import type { Config } from '../config.ts';
import type { Credentials } from '../credentials.ts';
import { EngineError } from './errors.ts';
import { TokenEndpoint } from './tokenEndpoint.ts';

export interface EngineAuth {
  /**
   * The Authorization header as of now; a promise only where a token has to be waited for.
   * @throws EngineError in the promise
   */
  header(): string | undefined | Promise<string>;
  /** The engine answered 401 to this header. Returns whether the request is worth repeating with `header`. */
  refused(header: string): boolean;
  /** What must not be printed, beside what is in the configuration and the files. */
  secrets(): string[];
  close(): void;
}

/** For an engine that asks nobody who they are. */
export const NO_AUTH: EngineAuth = {
  header: () => undefined,
  refused: () => false,
  secrets: () => [],
  close: () => undefined,
};

/** The files of the credentials directory that are about the engine; `known` are those that may be printed. */
export function engineFiles({ CAMUNDA_CA_FILE }: Pick<Config, 'CAMUNDA_CA_FILE'>): {
  all: string[];
  known: string[];
} {
  const { engineUsername, enginePassword, engineClientId, engineClientSecret } = CREDENTIAL_FILES;
  const known = [engineUsername, engineClientId, ...(CAMUNDA_CA_FILE ? [CAMUNDA_CA_FILE] : [])];
  return { all: [...known, enginePassword, engineClientSecret], known };
}

/** PEM certificates to trust for the engine and the token endpoint, as of now; undefined where none are configured. */
export function engineCA(
  { CAMUNDA_CA_FILE: file }: Pick<Config, 'CAMUNDA_CA_FILE'>,
  credentials: Pick<Credentials, 'get'>,
): (() => string | undefined) | undefined {
  return file === undefined ? undefined : () => credentials.get(file);
}

export function createEngineAuth(config: Config, credentials: Pick<Credentials, 'get'>): EngineAuth {
  return config.CAMUNDA_TOKEN_URL === undefined
    ? basicAuth(config, credentials)
    : new BearerAuth(config, config.CAMUNDA_TOKEN_URL, credentials);
}

/** No header where the engine asks for no user. */
function basicAuth({ secrets }: Config, credentials: Pick<Credentials, 'get'>): EngineAuth {
  return {
    ...NO_AUTH,
    header: () => {
      const username = credentials.get(CREDENTIAL_FILES.engineUsername) ?? secrets.get('CAMUNDA_USERNAME');
      const password = credentials.get(CREDENTIAL_FILES.enginePassword) ?? secrets.get('CAMUNDA_PASSWORD');
      if (username === undefined || password === undefined) return undefined;
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    },
  };
}

const BEARER = 'Bearer ';

class BearerAuth implements EngineAuth {
  readonly #config: Config;
  readonly #tokenURL: string;
  readonly #credentials: Pick<Credentials, 'get'>;
  readonly #endpoint: TokenEndpoint;
  readonly #keeper: TokenKeeper;
  /** What the last token was asked for with, to notice a rotation. */
  #id: string | undefined;
  #secret: string | undefined;

  constructor(config: Config, tokenURL: string, credentials: Pick<Credentials, 'get'>) {
    this.#config = config;
    this.#tokenURL = tokenURL;
    this.#credentials = credentials;
    this.#endpoint = new TokenEndpoint(engineCA(config, credentials));
    this.#keeper = new TokenKeeper(
      () => this.#endpoint.ask(this.#client()),
      () => performance.now(),
    );
  }

  header(): string | Promise<string> {
    const { id, secret } = this.#files();
    if (id !== this.#id || secret !== this.#secret) {
      [this.#id, this.#secret] = [id, secret];
      this.#keeper.credentialsChanged();
    }
    const token = this.#keeper.current();
    return typeof token === 'string' ? BEARER + token : token.then((value) => BEARER + value);
  }

  refused(header: string): boolean {
    return this.#keeper.refused(header.slice(BEARER.length));
  }

  secrets(): string[] {
    return this.#keeper.secrets();
  }

  close(): void {
    this.#endpoint.close();
  }

  #files(): { id: string | undefined; secret: string | undefined } {
    const { secrets } = this.#config;
    return {
      id: this.#credentials.get(CREDENTIAL_FILES.engineClientId) ?? secrets.get('CLIENT_ID'),
      secret: this.#credentials.get(CREDENTIAL_FILES.engineClientSecret) ?? secrets.get('CLIENT_SECRET'),
    };
  }

  /** @throws EngineError where a file is missing or empty. */
  #client(): ClientCredentials {
    const { id, secret } = this.#files();
    if (id === undefined || secret === undefined) throw new EngineError('NO_TOKEN');
    const { CAMUNDA_TOKEN_SCOPE, CAMUNDA_TOKEN_AUDIENCE, CAMUNDA_CLIENT_AUTHENTICATION } = this.#config;
    return {
      tokenURL: this.#tokenURL,
      clientId: id,
      clientSecret: secret,
      scope: CAMUNDA_TOKEN_SCOPE,
      audience: CAMUNDA_TOKEN_AUDIENCE,
      authentication: CAMUNDA_CLIENT_AUTHENTICATION,
    };
  }
}
