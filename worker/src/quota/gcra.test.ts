import { describe, expect, test } from '@jest/globals';
import {
  BURST_MS,
  type Buckets,
  backlogMs,
  EMPTY,
  type Limits,
  paceOf,
  settle,
  startable,
  take,
} from './gcra.ts';

const NOW = 1_000_000;
const LONG = 600_000;

/** Takes calls one after the other as fast as allowed; when each may start, from the first on. */
function starts(limits: Limits, tokens: number, count: number, sharers = 1): number[] {
  const pace = paceOf(limits, sharers);
  let buckets: Buckets = EMPTY;
  return Array.from({ length: count }, () => {
    const taken = take(buckets, pace, tokens, NOW, LONG);
    buckets = taken.buckets;
    return taken.waitMs;
  });
}
/** Calls of a minute, the burst at its beginning included. */
const inAMinute = (limits: Limits, tokens: number, sharers = 1) =>
  starts(limits, tokens, 10_000, sharers).filter((ms) => ms < 60_000).length;

describe('in a minute there start', () => {
  test.each<[string, Limits, number, number, number]>([
    ['as many calls as the requests allow', { requestsPerMinute: 3_500 }, 150, 1, 3_500],
    ['as many as the tokens allow', { tokensPerMinute: 200_000 }, 150, 1, 1_333],
    ['as many as both allow', { requestsPerMinute: 500, tokensPerMinute: 200_000 }, 150, 1, 500],
    ['a tenth for each of ten that share', { requestsPerMinute: 3_500 }, 150, 10, 350],
  ])('%s, and no more than 1 % more with the burst', (_what, limits, tokens, sharers, allowed) => {
    const calls = inAMinute(limits, tokens, sharers);
    expect(calls).toBeGreaterThanOrEqual(allowed * 0.97);
    expect(calls).toBeLessThanOrEqual(allowed * 1.01);
  });
});

test('without limits all start at once', () => {
  expect(Math.max(...starts({}, 1_000, 1_000))).toBe(0);
});

test('calls start evenly', () => {
  const waits = starts({ requestsPerMinute: 600 }, 1, 50);
  const gaps = waits.slice(1).map((wait, index) => wait - (waits[index] ?? 0));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
  for (const gap of gaps.slice(10)) expect(gap).toBeCloseTo(60_000 / (600 * 0.98), 3);
});

test('what was not used in a long rest is lost, but for the burst', () => {
  const pace = paceOf({ requestsPerMinute: 60 }, 1);
  const { buckets } = take(EMPTY, pace, 1, NOW, 0);
  const rested = take(buckets, pace, 1, NOW + LONG, 0);
  expect(rested.buckets.requestsAt).toBeCloseTo(NOW + LONG + pace.requestMs, 6);
});

test('a call that would have to wait too long takes nothing, of neither', () => {
  const pace = paceOf({ requestsPerMinute: 600, tokensPerMinute: 60 }, 1);
  const first = take(EMPTY, pace, 10, NOW, 0);
  const second = take(first.buckets, pace, 10, NOW, 5_000);
  expect(second).toEqual({ ok: false, waitMs: backlogMs(first.buckets, NOW), buckets: first.buckets });
  expect(second.waitMs).toBeGreaterThan(5_000);
});

test('what a call used less than it took is there for the next', () => {
  const pace = paceOf({ tokensPerMinute: 6_000 }, 1);
  const { buckets } = take(EMPTY, pace, 300, NOW, 0);
  const settled = settle(buckets, pace, { requests: 0, tokens: -150 });
  expect(backlogMs(settled, NOW)).toBeCloseTo(150 * pace.tokenMs - BURST_MS, 6);
});

describe('calls that could start soon', () => {
  const pace = paceOf({ requestsPerMinute: 600, tokensPerMinute: 60_000 }, 1);
  const ahead = (ms: number): Buckets => ({ requestsAt: NOW + ms, tokensAt: 0 });
  test.each<[string, Buckets, number, number, number]>([
    ['are bounded by requests', EMPTY, 10, 1, 29],
    ['are bounded by tokens', EMPTY, 200, 1, 14],
    ['are shared', EMPTY, 10, 10, 2],
    ['are one for everybody where the share is less and nobody waits', EMPTY, 10, 100, 1],
    ['are fewer behind others', ahead(2_500), 10, 1, 4],
    ['are none behind too many', ahead(3_500), 10, 1, 0],
    ['are none for a small share behind others', ahead(1_500), 10, 100, 0],
  ])('%s', (_what, buckets, tokens, sharers, expected) => {
    expect(startable(buckets, pace, tokens, NOW, 2_000, sharers)).toBe(expected);
  });
  test('are without number where there is no limit', () => {
    expect(startable(EMPTY, paceOf({}, 1), 10, NOW, 2_000, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});
