/**
 * One HTTP request with its whole answer as text. Redirects are answers like
 * others, every status is an answer, and nothing is taken from the environment.
 */
import type { Agent as HttpAgent, IncomingHttpHeaders } from 'node:http';
import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Keeps the connections; `agent.ts` makes it. */
  agent: HttpAgent;
  signal?: AbortSignal | undefined;
  /** Longest time until the whole answer is there, in milliseconds. Left out: none. */
  timeoutMs?: number;
  /** Longest answer, in bytes. */
  maxLength: number;
}

const asItIs = (data: unknown) => data;
const defaults = {
  ...axios.defaults,
  maxRedirects: 0,
  proxy: false as const,
  responseType: 'text' as const,
  transformRequest: [asItIs],
  transformResponse: [asItIs],
  validateStatus: null,
};
/**
 * The part of axios that speaks HTTP, without the merging of settings and the chain of interceptors around it, which
 * nobody uses here and which are work for every request.
 */
const adapter = axios.getAdapter('http');

/** @throws AxiosError, with the code of the connection's own error where there was one. */
export async function send({ agent, body, timeoutMs, maxLength, ...request }: HttpRequest): Promise<Answer> {
  const { status, headers, data } = await adapter({
    ...defaults,
    ...request,
    headers: new AxiosHeaders(request.headers),
    data: body,
    httpAgent: agent,
    httpsAgent: agent,
    timeout: timeoutMs ?? 0,
    maxContentLength: maxLength,
  } as InternalAxiosRequestConfig);
  return { status, headers: headers as IncomingHttpHeaders, text: data as string };
}
