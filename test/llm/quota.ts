/**
 * Requests and tokens a minute, as OpenAI meters them: buckets that refill
 * continuously. A call is charged on arrival with the larger of its estimated
 * prompt and its `max_tokens`; a refused call spends what request is left, so
 * resending at once does not help.
 */

interface Bucket {
  perMinute: number;
  level: number;
  at: number;
}

export interface Quota {
  requests?: Bucket;
  tokens?: Bucket;
}

export type QuotaAnswer = { ok: true } | { ok: false; limit: 'requests' | 'tokens'; waitMs: number };

/** Full buckets at `now` (milliseconds on any clock). */
export function newQuota(limits: { rpm?: number; tpm?: number }, now: number): Quota {
  const bucket = (perMinute?: number) => (perMinute ? { perMinute, level: perMinute, at: now } : undefined);
  return { requests: bucket(limits.rpm), tokens: bucket(limits.tpm) };
}

/** Charges one call of `tokens`, or says which limit it met and for how long. */
export function charge(quota: Quota, tokens: number, now: number): QuotaAnswer {
  const { requests, tokens: tokenBucket } = quota;
  if (requests) refill(requests, now);
  if (tokenBucket) refill(tokenBucket, now);
  if (requests && requests.level < 1) {
    const waitMs = untilLevel(requests, 1);
    requests.level = 0;
    return { ok: false, limit: 'requests', waitMs };
  }
  if (requests) requests.level -= 1;
  if (tokenBucket && tokenBucket.level < tokens) {
    return { ok: false, limit: 'tokens', waitMs: untilLevel(tokenBucket, tokens) };
  }
  if (tokenBucket) tokenBucket.level -= tokens;
  return { ok: true };
}

/** The `x-ratelimit-*` headers for the quota as it stands. */
export function rateLimitHeaders(quota: Quota): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, bucket] of Object.entries(quota) as Array<[string, Bucket | undefined]>) {
    if (!bucket) continue;
    headers[`x-ratelimit-limit-${name}`] = String(bucket.perMinute);
    headers[`x-ratelimit-remaining-${name}`] = String(Math.floor(bucket.level));
    headers[`x-ratelimit-reset-${name}`] = goDuration(untilLevel(bucket, bucket.perMinute));
  }
  return headers;
}

function refill(bucket: Bucket, now: number): void {
  bucket.level = Math.min(bucket.perMinute, bucket.level + ((now - bucket.at) * bucket.perMinute) / 60_000);
  bucket.at = now;
}

function untilLevel(bucket: Bucket, level: number): number {
  return Math.max(0, ((level - bucket.level) * 60_000) / bucket.perMinute);
}

/** As the real headers write a time: `120ms`, `6.5s`, `1m3s`. */
export function goDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.round(ms / 10) / 100;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${Math.round(seconds % 60)}s`;
}
