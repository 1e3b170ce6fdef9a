/**
 * One HTTP request with its whole answer as text. Redirects are answers like
 * others, every status is an answer, and nothing is taken from the environment.
 */
import type { Agent as HttpAgent, IncomingHttpHeaders } from 'node:http';
import axios from 'axios';

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
const client = axios.create({
  adapter: 'http',
  maxRedirects: 0,
  proxy: false,
  responseType: 'text',
  transformRequest: [asItIs],
  transformResponse: [asItIs],
  validateStatus: null,
});

/** @throws AxiosError, with the code of the connection's own error where there was one. */
export async function send({ agent, body, timeoutMs, maxLength, ...request }: HttpRequest): Promise<Answer> {
  const { status, headers, data } = await client.request<string>({
    ...request,
    data: body,
    httpAgent: agent,
    httpsAgent: agent,
    timeout: timeoutMs ?? 0,
    maxContentLength: maxLength,
  } as Parameters<typeof client.request>[0]);
  return { status, headers: headers as IncomingHttpHeaders, text: data };
}
