/**
 * Everything that can go wrong with a call, each with a code of its own. The
 * code is the metric label, the log field and the start of `llmError`; the
 * message is ours and fixed, because an API's own text can repeat part of a
 * key or of the prompt.
 */
import { APIConnectionError, APIError } from 'openai';
import { isCertificateProblem } from '../../../crds/src/certificates.ts';
import { type RateLimits, readRateLimits } from './rateLimits.ts';

interface Kind {
  message: string;
  /** Whether the same call may succeed a moment later. */
  retryable: boolean;
}

export const KINDS = {
  RATE_LIMITED: { message: 'the LLM API limits the rate of calls', retryable: true },
  INSUFFICIENT_QUOTA: { message: 'the LLM account has no quota left', retryable: false },
  UNAUTHENTICATED: { message: 'the LLM API does not accept the key', retryable: false },
  FORBIDDEN: { message: 'the LLM API does not allow this key to use the model', retryable: false },
  MODEL_NOT_FOUND: { message: 'the LLM API does not know the model or the address', retryable: false },
  BAD_REQUEST: { message: 'the LLM API refuses the request', retryable: false },
  SERVER_ERROR: { message: 'the LLM API failed', retryable: true },
  TIMEOUT: { message: 'the LLM API did not answer in time', retryable: true },
  CONNECTION: { message: 'the LLM API could not be reached or cut the connection', retryable: true },
  UNTRUSTED: {
    message: 'the certificate of the LLM API, or of the proxy to it, is not trusted',
    retryable: true,
  },
  MALFORMED_RESPONSE: {
    message: 'the LLM API answered with something that is not a completion',
    retryable: true,
  },
  REFUSED: { message: 'the model refused to answer', retryable: false },
  TRUNCATED: { message: 'the answer was cut at the token limit', retryable: false },
  CONTENT_FILTERED: { message: 'the answer was withheld by a content filter', retryable: false },
  INVALID_ANSWER: { message: 'the answer is none of ALLOWED, WITH_PENALTY, MANUAL', retryable: false },
  NO_TIME: { message: 'the lock left no time for a call', retryable: false },
  NO_QUOTA: {
    message: 'the quota of the pool, or the LLM API, left no call before the end of the lock',
    retryable: false,
  },
  CANCELLED: { message: 'the call was ended: its task is gone, or its lock ends', retryable: false },
} as const satisfies Record<string, Kind>;

export type LlmErrorCode = keyof typeof KINDS;

/** A call that ended before its answer was read. Any other answer is one for which nothing is charged. */
const CUT: ReadonlySet<LlmErrorCode> = new Set(['TIMEOUT', 'CANCELLED', 'CONNECTION', 'MALFORMED_RESPONSE']);

export class LlmError extends Error {
  readonly code: LlmErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  /** What the API asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  /** What the answer said of the limits of the key. */
  readonly limits: RateLimits;
  /** Whether the model may have worked on the call, although no completion came: then it may have to be paid. */
  readonly mayHaveCost: boolean;

  constructor(
    code: LlmErrorCode,
    details: {
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      requestId?: string | undefined;
      limits?: RateLimits;
      /** False where the request cannot have reached the API. */
      sent?: boolean;
      /** What the model said instead of a decision; quoted and cut before it is repeated. */
      answer?: string;
    } = {},
  ) {
    const status = details.status ? ` (HTTP ${details.status})` : '';
    const answer = details.answer === undefined ? '' : `: ${JSON.stringify(details.answer.slice(0, 40))}`;
    super(`${KINDS[code].message}${status}${answer}`);
    this.name = 'LlmError';
    this.code = code;
    this.retryable = KINDS[code].retryable;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
    this.mayHaveCost = CUT.has(code) && details.sent !== false;
    this.limits = details.limits ?? { requests: {}, tokens: {} };
  }
}

/** The typed form of what the SDK threw; the context says whether we ended the call, and why. */
export function toLlmError(
  error: unknown,
  context: { timedOut: boolean; cancelled?: boolean; nowMs: number },
): LlmError {
  if (error instanceof LlmError) return error;
  if (context.cancelled) return new LlmError('CANCELLED');
  if (context.timedOut) return new LlmError('TIMEOUT');
  if (isUntrusted(error)) return new LlmError('UNTRUSTED');
  // A connection that could not be made; other errors without a status are bodies that were cut or not JSON.
  if (error instanceof APIConnectionError) return new LlmError('CONNECTION', { sent: !isUnsent(error) });
  if (!(error instanceof APIError) || error.status === undefined) {
    return new LlmError(error instanceof TypeError ? 'CONNECTION' : 'MALFORMED_RESPONSE');
  }
  const status: number = error.status;
  return new LlmError(codeOf(status, error.code ?? error.type), {
    status,
    retryAfterMs: retryAfterMs(error.headers, context.nowMs),
    requestId: error.requestID ?? undefined,
    limits: readRateLimits(error.headers),
  });
}

/** How Node names a connection that could not be made. */
const UNSENT =
  /^(NOT_CONNECTED|ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_HANDSHAKE_TIMEOUT|EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)$/;

const isUntrusted = (error: unknown): boolean => hasCode(error, isCertificateProblem);
const isUnsent = (error: unknown): boolean => hasCode(error, (code) => UNSENT.test(code));

/** Whether the error, or what caused it, has a code like that. */
function hasCode(error: unknown, isOne: (code: string) => boolean): boolean {
  let cause = error as { code?: unknown; cause?: unknown } | undefined;
  for (let depth = 0; cause && depth < 5; cause = cause.cause as typeof cause, depth += 1) {
    if (typeof cause.code === 'string' && isOne(cause.code)) return true;
  }
  return false;
}

function codeOf(status: number, reason: string | undefined): LlmErrorCode {
  if (reason === 'insufficient_quota') return 'INSUFFICIENT_QUOTA';
  // Azure filters the question, too, and answers with an error then.
  if (reason === 'content_filter') return 'CONTENT_FILTERED';
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'MODEL_NOT_FOUND';
  if (status === 429) return 'RATE_LIMITED';
  if (status === 408) return 'TIMEOUT';
  return status >= 500 || status === 409 ? 'SERVER_ERROR' : 'BAD_REQUEST';
}

/** Milliseconds that a response asks to wait: `retry-after-ms`, seconds, or a date. */
export function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const precise = headers?.get('retry-after-ms');
  if (precise && Number.isFinite(Number(precise))) return Math.max(0, Number(precise));
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const waitMs = Number.isFinite(Number(text)) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
