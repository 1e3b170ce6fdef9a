/**
 * One HTTP request on Node's own client, with its whole answer as text. For
 * clients of one server each, whose answers are small: it costs a fraction of
 * what a full HTTP client does, in memory too, where hundreds wait at once.
 * Redirects are answers like others, and nothing is taken from the environment.
 */
import { type IncomingHttpHeaders, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Limits {
  /** Longest time from the first byte sent to the last received, in milliseconds. Left out: none. */
  timeoutMs?: number;
  connectTimeoutMs: number;
  /** Longest answer, in characters. */
  maxLength: number;
}

/** Why we ended a request ourselves; NOT_CONNECTED means that nothing was sent. */
export class HttpFailure extends Error {
  readonly code: 'NOT_CONNECTED' | 'TIMED_OUT' | 'CUT_OFF' | 'TOO_LONG';

  constructor(code: HttpFailure['code']) {
    super(`HTTP: ${code}`);
    this.name = 'HttpFailure';
    this.code = code;
  }
}

/**
 * @param secure https instead of http.
 * @throws HttpFailure, or Node's own error of the connection.
 */
export function send(
  secure: boolean,
  options: RequestOptions,
  body: string | undefined,
  { timeoutMs, connectTimeoutMs, maxLength }: Limits,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const settle = (act: () => void) => {
      for (const timer of timers) clearTimeout(timer);
      act();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const end = (code: HttpFailure['code']) => {
      fail(new HttpFailure(code));
      request.destroy();
    };
    const after = (ms: number, code: HttpFailure['code']) => {
      const timer = setTimeout(end, ms, code);
      timers.push(timer);
      return timer;
    };
    const request = (secure ? requestHttps : requestHttp)(options, (response) => {
      const { statusCode = 0, headers } = response;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maxLength) end('TOO_LONG');
      });
      response.once('end', () => settle(() => resolve({ status: statusCode, headers, text })));
      response.once('error', fail);
      // Without the end of its body an answer is no answer.
      response.once('close', () => {
        if (!response.complete) fail(new HttpFailure('CUT_OFF'));
      });
    });
    request.once('error', fail);
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const connecting = after(connectTimeoutMs, 'NOT_CONNECTED');
      socket.once('connect', () => clearTimeout(connecting));
    });
    if (timeoutMs !== undefined) after(timeoutMs, 'TIMED_OUT');
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}
