/**
 * What the API says of its limits in the headers of an answer. Pure. Another
 * program than OpenAI's may leave them out or write them otherwise: what cannot
 * be read is unknown.
 */

export interface RateLimit {
  perMinute?: number | undefined;
  remaining?: number | undefined;
  /** Milliseconds until the limit is whole again. */
  resetMs?: number | undefined;
}

export interface RateLimits {
  requests: RateLimit;
  tokens: RateLimit;
}

export function readRateLimits(headers: Headers | undefined): RateLimits {
  const read = (what: string): RateLimit => ({
    perMinute: whole(headers?.get(`x-ratelimit-limit-${what}`), 1),
    remaining: whole(headers?.get(`x-ratelimit-remaining-${what}`), 0),
    resetMs: durationMs(headers?.get(`x-ratelimit-reset-${what}`)),
  });
  return { requests: read('requests'), tokens: read('tokens') };
}

/**
 * How long nothing more is to be sent after a 429, in milliseconds; undefined where the API does not say.
 * @param retryAfterMs what the answer asked for, which counts more than its limits
 */
export function coolDownMs(
  retryAfterMs: number | undefined,
  { requests, tokens }: RateLimits,
): number | undefined {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const waits = [requests, tokens].flatMap(({ remaining, resetMs }) =>
    remaining === 0 && resetMs !== undefined ? [resetMs] : [],
  );
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

/**
 * Calls that the limits still let through `elapsedMs` after the answer; undefined where the API does not say.
 * Until its reset a limit is taken to grow evenly.
 */
export function remainingCalls(
  { requests, tokens }: RateLimits,
  tokensPerCall: number,
  elapsedMs: number,
): number | undefined {
  const now = ({ perMinute, remaining, resetMs }: RateLimit) => {
    if (perMinute === undefined || remaining === undefined) return undefined;
    const grown = resetMs ? Math.min(1, elapsedMs / resetMs) : 1;
    return remaining + Math.max(0, perMinute - remaining) * grown;
  };
  const left = [now(requests), divided(now(tokens), tokensPerCall)].filter((calls) => calls !== undefined);
  return left.length > 0 ? Math.min(...left) : undefined;
}

const divided = (tokens: number | undefined, perCall: number): number | undefined =>
  tokens === undefined ? undefined : tokens / Math.max(1, perCall);

function whole(text: string | null | undefined, least: number): number | undefined {
  if (!text || !/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least ? value : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time as these headers write it: `120ms`, `6.5s`, `1m3s`, or seconds alone. */
function durationMs(text: string | null | undefined): number | undefined {
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  return [...parts].reduce((sum, [, value, unit]) => sum + Number(value) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
