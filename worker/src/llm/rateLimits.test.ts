import { describe, expect, test } from '@jest/globals';
import { coolDownMs, type RateLimits, readRateLimits, remainingCalls } from './rateLimits.ts';

const UNKNOWN: RateLimits = { requests: {}, tokens: {} };
const limits = (requests: RateLimits['requests'], tokens: RateLimits['tokens'] = {}) => ({
  requests,
  tokens,
});

test.each<[string, Record<string, string>, RateLimits['requests']]>([
  [
    'as OpenAI writes them',
    {
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
    },
    { perMinute: 500, remaining: 499, resetMs: 120 },
  ],
  ['with minutes', { 'x-ratelimit-reset-requests': '1m3.5s' }, { resetMs: 63_500 }],
  ['with hours', { 'x-ratelimit-reset-requests': '1h0m0s' }, { resetMs: 3_600_000 }],
  ['with seconds alone', { 'x-ratelimit-reset-requests': '12' }, { resetMs: 12_000 }],
  ['with nothing left', { 'x-ratelimit-remaining-requests': '0' }, { remaining: 0 }],
  ['with a limit of nothing, which is none', { 'x-ratelimit-limit-requests': '0' }, {}],
  ['with words', { 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-reset-requests': 'soon' }, {}],
  ['without any', {}, {}],
])('headers %s', (_what, headers, expected) => {
  expect(readRateLimits(new Headers(headers)).requests).toEqual(expected);
});

test.each<[string, number | undefined, RateLimits, number | undefined]>([
  ['what the API asks for', 61_000, limits({ remaining: 0, resetMs: 5 }), 61_000],
  ['until the limit that was met is whole', undefined, limits({ remaining: 0, resetMs: 63_000 }), 63_000],
  [
    'until both are',
    undefined,
    limits({ remaining: 0, resetMs: 1_000 }, { remaining: 0, resetMs: 2_000 }),
    2_000,
  ],
  ['not for a limit that has not been met', undefined, limits({ remaining: 3, resetMs: 60_000 }), undefined],
  ['an unknown time', undefined, UNKNOWN, undefined],
])('after a 429 nothing is sent for %s', (_what, asked, known, expected) => {
  expect(coolDownMs(asked, known)).toBe(expected);
});

describe('calls that are left', () => {
  const requests = { perMinute: 100, remaining: 40, resetMs: 36_000 };
  const tokens = { perMinute: 10_000, remaining: 1_500, resetMs: 51_000 };
  test.each<[string, RateLimits, number, number | undefined]>([
    ['are those of the only limit', limits(requests), 0, 40],
    ['are those of the tighter one', limits(requests, tokens), 0, 10],
    ['grow until the reset', limits(requests), 18_000, 70],
    ['and not beyond', limits(requests), 1_000_000, 100],
    ['are all without a reset', limits({ perMinute: 100, remaining: 100 }), 0, 100],
    ['are not known without headers', UNKNOWN, 0, undefined],
  ])('%s', (_what, known, elapsed, expected) => {
    expect(remainingCalls(known, 150, elapsed)).toBe(expected);
  });
});
