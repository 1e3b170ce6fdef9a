/**
 * The buckets of a quota group in a Redis that all pods share, by Redis's own
 * clock: the same arithmetic as in `gcra.ts`, as scripts, which Redis runs one
 * at a time. A group is one key, so that its two buckets are always together.
 */
import { BURST_MS, type Buckets, type Pace } from './gcra.ts';

/** Runs a script on one key; rejects when Redis is not there or does not answer in time. */
export type RunScript = (script: string, key: string, args: string[]) => Promise<unknown>;

/** Arguments: milliseconds of a request, of all tokens, the longest wait, the burst. */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local at = redis.call('HMGET', KEYS[1], 'requests', 'tokens')
local requests = math.max(tonumber(at[1] or 0), now)
local tokens = math.max(tonumber(at[2] or 0), now)
local wait = math.max(0, math.max(requests, tokens) - now - tonumber(ARGV[4]))
local ok = 0
if wait <= tonumber(ARGV[3]) then
  ok = 1
  requests = requests + tonumber(ARGV[1])
  tokens = tokens + tonumber(ARGV[2])
  redis.call('HSET', KEYS[1], 'requests', string.format('%.3f', requests), 'tokens', string.format('%.3f', tokens))
  redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(requests, tokens) - now) + 60000)
end
return { ok, string.format('%.3f', wait), string.format('%.3f', requests - now), string.format('%.3f', tokens - now) }
`;

/** Arguments: milliseconds to move each bucket by. One that has expired is full, and stays so. */
const SETTLE = `
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBYFLOAT', KEYS[1], 'requests', ARGV[1])
  redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[2])
end
return 1
`;

export interface SharedTaken {
  ok: boolean;
  waitMs: number;
  /** As of now, from now on. */
  ahead: Buckets;
}

/** @throws when Redis is not there, does not answer in time, or holds something else under that key */
export async function takeShared(
  run: RunScript,
  key: string,
  pace: Pace,
  tokens: number,
  maxWaitMs: number,
): Promise<SharedTaken> {
  const args = [pace.requestMs, tokens * pace.tokenMs, maxWaitMs, BURST_MS];
  const answer = await run(TAKE, key, args.map(String));
  const [ok, waitMs, requestsAt, tokensAt] = Array.isArray(answer) ? answer.map(Number) : [];
  if (
    waitMs === undefined ||
    requestsAt === undefined ||
    !Number.isFinite(waitMs + requestsAt + (tokensAt ?? Number.NaN))
  ) {
    throw new Error('Redis answered with something else');
  }
  return { ok: ok === 1, waitMs, ahead: { requestsAt, tokensAt: tokensAt ?? 0 } };
}

/** @throws as `takeShared` */
export async function settleShared(
  run: RunScript,
  key: string,
  pace: Pace,
  more: { requests: number; tokens: number },
): Promise<void> {
  await run(SETTLE, key, [String(more.requests * pace.requestMs), String(more.tokens * pace.tokenMs)]);
}
