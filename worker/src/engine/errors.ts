/**
 * What the engine's answers mean, each with a code that is also its metric
 * label. Bodies are read for their error code only and never repeated.
 */

import { isUntrusted } from '../http/trust.ts';

export type EngineErrorCode =
  /** Nothing was sent: refused, or no such host. */
  | 'UNREACHABLE'
  /** It was sent and no answer came: it may have worked. */
  | 'NO_ANSWER'
  /** Nothing was sent: the certificate of the engine, or of where tokens come from, is not trusted. */
  | 'UNTRUSTED'
  /** Nothing was sent: the client, its secret or its scope is refused where tokens come from. */
  | 'TOKEN_REFUSED'
  /** Nothing was sent: no token could be had for another reason. */
  | 'NO_TOKEN'
  /** Nothing was sent: the lock that the request is about ended while it waited for a token or its turn. */
  | 'TOO_LATE'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  /** The task has ended or was cancelled. */
  | 'NOT_FOUND'
  | 'LOCKED_BY_OTHER'
  | 'BAD_REQUEST'
  /** Another transaction was first: the same request may succeed now. */
  | 'CONFLICT'
  /** A value does not fit its column: the same request never succeeds. */
  | 'VALUE_TOO_LARGE'
  | 'SERVER_ERROR'
  | 'UNAVAILABLE'
  /** Not the engine's REST API: a proxy's page, a redirect. */
  | 'UNEXPECTED_RESPONSE';

export class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly status: number | undefined;

  /** Of a refusal of the client: one of the words of RFC 6749. */
  readonly reason: string | undefined;

  constructor(code: EngineErrorCode, status?: number, reason?: string) {
    super(`engine: ${code}${status ? ` (HTTP ${status})` : ''}${reason ? `: ${reason}` : ''}`);
    this.name = 'EngineError';
    this.code = code;
    this.status = status;
    this.reason = reason;
  }
}

/** Error codes of a connection that was never made. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'NOT_CONNECTED',
  // What answers does not speak TLS.
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'EPROTO',
]);

/** The typed form of what the HTTP client threw: whatever is not known to have failed before may have worked. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (isUntrusted(error)) return new EngineError('UNTRUSTED');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new EngineError(NOT_SENT.has(code) ? 'UNREACHABLE' : 'NO_ANSWER');
}

/** Exported for its table test. `body` is what the engine sent, of any shape. */
export function codeOf(status: number, body: unknown): EngineErrorCode {
  const { code, message } = fields(body);
  switch (status) {
    case 400:
      return /locked by worker/i.test(message) ? 'LOCKED_BY_OTHER' : 'BAD_REQUEST';
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      return 'NOT_FOUND';
    case 500:
      // 1: optimistic locking, 10000: deadlock, 10002: column too small.
      if (code === 1 || code === 10_000) return 'CONFLICT';
      return code === 10_002 ? 'VALUE_TOO_LARGE' : 'SERVER_ERROR';
    case 502:
    case 503:
    case 504:
    case 429:
      return 'UNAVAILABLE';
    default:
      return status > 500 ? 'SERVER_ERROR' : 'UNEXPECTED_RESPONSE';
  }
}

function fields(body: unknown): { code: number | undefined; message: string } {
  const { code, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  return {
    code: typeof code === 'number' ? code : undefined,
    message: typeof message === 'string' ? message : '',
  };
}
