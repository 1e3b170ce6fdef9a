/**
 * What stands before an engine in production: TLS with a certificate of a private CA, a token endpoint, and nothing
 * passes without a bearer token that is still good. The engine behind it is whatever it is given.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Authority } from '../cluster/pki.ts';

export interface TokenGatewayOptions {
  /** Base URL of the engine. */
  engineURL: string;
  /** Directory for the CA's files. */
  directory: string;
  /** How long a token is good, in seconds. */
  lifetimeSeconds: number;
  client: { id: string; secret: string };
  /** Left out: any free port. */
  port?: number;
}

export class TokenGateway {
  /** The CA that signed the certificate, PEM. */
  readonly ca: string;
  /** The client that gets tokens; change it to rotate its secret. */
  client: { id: string; secret: string };
  /** In place of tokens, an answer with this status. */
  tokenFault: number | undefined;
  /** Tokens that were given out, oldest first. */
  readonly issued: string[] = [];
  /** Requests for tokens that were refused. */
  refusedClients = 0;
  /** Requests to the engine that were answered 401, and those that were passed on. */
  refused = 0;
  passed = 0;
  readonly #options: TokenGatewayOptions;
  /** Until when each is good, milliseconds since 1970. */
  readonly #good = new Map<string, number>();
  readonly #server: ReturnType<typeof createServer>;

  private constructor(options: TokenGatewayOptions, tls: { ca: string; cert: string; key: string }) {
    this.#options = options;
    this.client = options.client;
    this.ca = tls.ca;
    this.#server = createServer({ cert: tls.cert, key: tls.key }, (incoming, outgoing) => {
      if (incoming.url === '/token') this.#token(incoming, outgoing);
      else this.#engine(incoming, outgoing);
    });
  }

  static async start(options: TokenGatewayOptions): Promise<TokenGateway> {
    const authority = await Authority.create(options.directory, 'gateway-ca');
    const files = await authority.issue('gateway', {
      commonName: 'gateway',
      ips: ['127.0.0.1'],
      dns: ['localhost'],
    });
    const [cert, key] = [readFileSync(files.cert, 'utf8'), readFileSync(files.key, 'utf8')];
    const gateway = new TokenGateway(options, { ca: authority.pem, cert, key });
    await new Promise<void>((resolve) => gateway.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get tokenURL(): string {
    return `https://127.0.0.1:${this.port}/token`;
  }

  /** In place of the engine's base URL. */
  get baseURL(): string {
    return `https://127.0.0.1:${this.port}${new URL(this.#options.engineURL).pathname}`;
  }

  /** From now on no token is good that was given out before. */
  revoke(): void {
    this.#good.clear();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #token(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const answer = (status: number, body: object) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    incoming.resume().on('end', () => {
      if (this.tokenFault !== undefined) return answer(this.tokenFault, { error: 'tell nobody' });
      const { id, secret } = this.client;
      if (incoming.headers.authorization !== `Basic ${btoa(`${id}:${secret}`)}`) {
        this.refusedClients += 1;
        return answer(401, { error: 'invalid_client', error_description: 'tell nobody' });
      }
      const token = `token-${randomUUID()}`;
      this.issued.push(token);
      this.#good.set(token, Date.now() + this.#options.lifetimeSeconds * 1_000);
      return answer(200, {
        access_token: token,
        token_type: 'Bearer',
        expires_in: this.#options.lifetimeSeconds,
      });
    });
  }

  #engine(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
    if (Date.now() >= (this.#good.get(token) ?? 0)) {
      this.refused += 1;
      incoming.resume();
      outgoing.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('tell nobody');
      return;
    }
    this.passed += 1;
    const { hostname, port } = new URL(this.#options.engineURL);
    const { authorization: _ours, ...headers } = incoming.headers;
    const forward = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => incoming.socket.destroy());
    incoming.pipe(forward);
  }
}
