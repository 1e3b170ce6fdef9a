/** One call to one engine node: bounded in time and size, and every way to fail said in a sentence without secrets. */
import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import axios, { type AxiosInstance } from 'axios';
import { RIGHT_PATH, type RightQuery } from '../../../crds/src/engineRights.ts';
import { errorCode } from '../errors.ts';
import { metrics } from '../telemetry/metrics.ts';
import { guardedLookup } from './addressGuard.ts';
import { Authorization } from './authorization.ts';
import { failure, sendGuarded } from './guardedRequest.ts';
import { nameLookup } from './names.ts';
import type { Engine, Query } from './question.ts';
import { countOf, type EngineRequest } from './request.ts';

const COUNT = '/external-task/count';
const TOPIC_NAMES = '/external-task/topic-names';
/** A count is a few bytes, a list of topics at most this: what is longer is something else. */
const BODY_LIMIT = { [COUNT]: 4_096, [TOPIC_NAMES]: 1_048_576, [RIGHT_PATH]: 4_096 };

interface Sent extends Omit<EngineRequest<unknown>, 'expected' | 'read'> {
  /**
   * An answer of 401 says nothing of the token: where a gateway checks tokens and the engine knows nobody, the engine
   * answers so to whoever asks about rights.
   */
  keepsToken?: true;
}

/** Asks the nodes of one engine. Connections are kept, and are this engine's alone. */
export class EngineHttp {
  private readonly agents: [HttpAgent, HttpsAgent];
  private readonly client: AxiosInstance;
  private readonly authorization: Authorization;
  /** Whether what was given as certificates is something else. Nothing is asked then: who answers is not known. */
  private readonly badCA: boolean;

  /** @param names what looks host names up */
  constructor({ auth, ca, namespace }: Omit<Engine, 'urls'> = {}, names = nameLookup) {
    const options = { keepAlive: true, lookup: guardedLookup(names({ namespace })) };
    const secureContext = ca === undefined ? undefined : trusting(ca);
    this.badCA = ca !== undefined && !secureContext;
    const httpAgent = new HttpAgent(options);
    const httpsAgent = new HttpsAgent({ ...options, ...(secureContext && { secureContext }) });
    this.agents = [httpAgent, httpsAgent];
    this.client = axios.create({
      // Credentials must not travel elsewhere.
      maxRedirects: 0,
      proxy: false,
      responseType: 'json',
      validateStatus: () => true,
      httpAgent,
      httpsAgent,
    });
    this.authorization = new Authorization(auth, this.client);
  }

  /**
   * How many external tasks match.
   * @throws OperatorError that names the field to check and holds nothing of the answer's body.
   */
  count(baseURL: string, query: Query): Promise<number> {
    return this.ask(baseURL, {
      path: COUNT,
      params: query,
      expected: 'a count',
      read: countOf,
      maxBytes: BODY_LIMIT[COUNT],
    });
  }

  /** Topics that have a matching task. Throws as `count` does. */
  topicNames(baseURL: string, query: Query): Promise<ReadonlySet<string>> {
    return this.ask(baseURL, {
      path: TOPIC_NAMES,
      params: query,
      expected: 'a list of topics',
      read: (body) =>
        Array.isArray(body) && body.every((name) => typeof name === 'string') ? new Set(body) : undefined,
      maxBytes: BODY_LIMIT[TOPIC_NAMES],
    });
  }

  /**
   * Whether the one who asks has a right; undefined where the engine does not say: it knows no rights, or a proxy in
   * front of it knows who asks and the engine does not. Throws as `count` does where it does not answer.
   */
  async right(baseURL: string, query: RightQuery): Promise<boolean | undefined> {
    const { status, data } = await this.send(baseURL, {
      path: RIGHT_PATH,
      params: query,
      maxBytes: BODY_LIMIT[RIGHT_PATH],
      keepsToken: true,
    });
    if (status >= 500) refuse(baseURL, status, this.authorization.field);
    const authorized = (data as { authorized?: unknown } | null)?.authorized;
    return status === 200 && typeof authorized === 'boolean' ? authorized : undefined;
  }

  close(): void {
    for (const agent of this.agents) agent.destroy();
  }

  /** Any other question. Throws as `count` does. */
  async ask<T>(baseURL: string, request: EngineRequest<T>): Promise<T> {
    const taken = metrics.engineCallSeconds.startTimer();
    let outcome = 'ok';
    try {
      const { status, data } = await this.send(baseURL, request);
      refuse(baseURL, status, this.authorization.field);
      const value = request.read(data);
      if (value === undefined) {
        throw failure('answer', `${baseURL} did not answer with ${request.expected}: check spec.engine.urls`);
      }
      return value;
    } catch (error) {
      outcome = errorCode(error);
      throw error;
    } finally {
      taken();
      metrics.engineCalls.inc({ outcome });
    }
  }

  private async send(
    baseURL: string,
    { path, params, body, maxBytes, timeoutMs, keepsToken }: Sent,
  ): Promise<{ status: number; data: unknown }> {
    if (this.badCA) throw failure('untrusted', 'there is no PEM certificate: check spec.engine.caSecretRef');
    const ask = (authorization: string | undefined) =>
      sendGuarded(this.client, {
        method: body ? 'POST' : 'GET',
        url: `${baseURL}${path}`,
        name: baseURL,
        field: 'spec.engine.urls',
        ...(params && { params }),
        headers: authorization === undefined ? {} : { authorization },
        ...(body && { data: body }),
        limit: maxBytes,
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
    const authorization = await this.authorization.header();
    const answer = await ask(authorization);
    const again = answer.status === 401 && !keepsToken && this.authorization.refused(authorization);
    return again ? ask(await this.authorization.header()) : answer;
  }
}

function refuse(baseURL: string, status: number, credentialsField: string): void {
  if (status === 200) return;
  if (status === 401 || status === 403) {
    throw failure('refused', `${baseURL} answered ${status}: check ${credentialsField}`);
  }
  if (status >= 300 && status < 400) {
    throw failure(
      'redirect',
      `${baseURL} answered ${status}, a redirect, which is not followed: check spec.engine.urls`,
    );
  }
  throw failure('status', `${baseURL} answered ${status} where 200 was expected: check spec.engine.urls`);
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The usual certificates and these; undefined where the text is something else, which Node itself passes by. */
function trusting(pem: string): SecureContext | undefined {
  try {
    const certificates = (pem.match(CERTIFICATES) ?? []).map((one) => new X509Certificate(one).toString());
    return certificates.length > 0
      ? createSecureContext({ ca: [...getCACertificates('default'), ...certificates] })
      : undefined;
  } catch {
    return undefined;
  }
}
