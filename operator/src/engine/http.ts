/** One call to one engine node: bounded in time and size, and every way to fail said in a sentence without secrets. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { errorCode, OperatorError } from '../errors.ts';
import { metrics } from '../telemetry/metrics.ts';
import { guardedLookup, LINK_LOCAL, namesLinkLocal } from './addressGuard.ts';
import type { Credentials, Query } from './question.ts';
import { countOf, type EngineRequest } from './request.ts';

/** Longest wait for one answer. */
const TIMEOUT_MS = 2_000;
const COUNT = '/external-task/count';
const TOPIC_NAMES = '/external-task/topic-names';
/** A count is a few bytes, a list of topics at most this: what is longer is something else. */
const BODY_LIMIT = { [COUNT]: 4_096, [TOPIC_NAMES]: 1_048_576 };

/** Asks the nodes of one engine. Connections are kept, and are this engine's alone. */
export class EngineHttp {
  private readonly agents: [HttpAgent, HttpsAgent];
  private readonly client: AxiosInstance;

  constructor(auth?: Credentials) {
    const options = { keepAlive: true, lookup: guardedLookup() };
    const [httpAgent, httpsAgent] = [new HttpAgent(options), new HttpsAgent(options)];
    this.agents = [httpAgent, httpsAgent];
    this.client = axios.create({
      // Credentials must not travel elsewhere.
      maxRedirects: 0,
      proxy: false,
      responseType: 'json',
      validateStatus: () => true,
      httpAgent,
      httpsAgent,
      ...(auth && { auth }),
    });
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

  close(): void {
    for (const agent of this.agents) agent.destroy();
  }

  /** Any other question. Throws as `count` does. */
  async ask<T>(baseURL: string, request: EngineRequest<T>): Promise<T> {
    const taken = metrics.engineCallSeconds.startTimer();
    let outcome = 'ok';
    try {
      const { status, data } = await this.send(baseURL, request);
      refuse(baseURL, status);
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
    { path, params, body, maxBytes, timeoutMs = TIMEOUT_MS }: EngineRequest<unknown>,
  ): Promise<{ status: number; data: unknown }> {
    // A literal address is connected to without a lookup, so the lookup's guard does not see it.
    if (namesLinkLocal(baseURL)) throw linkLocal(baseURL);
    try {
      return await this.client.request({
        method: body ? 'POST' : 'GET',
        url: `${baseURL}${path}`,
        params,
        data: body,
        maxContentLength: maxBytes,
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const code = axios.isAxiosError(error) ? error.code : undefined;
      if (code === LINK_LOCAL) throw linkLocal(baseURL);
      if (code === 'ERR_CANCELED' || code === 'ETIMEDOUT') {
        throw failure('timeout', `${baseURL} did not answer within ${timeoutMs / 1_000} s`);
      }
      throw failure('unreachable', `${baseURL} cannot be reached (${code ?? 'no code'})`);
    }
  }
}

function refuse(baseURL: string, status: number): void {
  if (status === 200) return;
  if (status === 401 || status === 403) {
    throw failure('refused', `${baseURL} answered ${status}: check spec.engine.basicAuthSecretRef`);
  }
  if (status >= 300 && status < 400) {
    throw failure(
      'redirect',
      `${baseURL} answered ${status}, a redirect, which is not followed: check spec.engine.urls`,
    );
  }
  throw failure('status', `${baseURL} answered ${status} where 200 was expected: check spec.engine.urls`);
}

const linkLocal = (baseURL: string) =>
  failure('address', `${baseURL} is at a link-local address, which is never asked: check spec.engine.urls`);

/** @param kind the rest of the code, which is the metric's label too */
const failure = (kind: string, message: string) => new OperatorError(`engine_${kind}`, message, true);
