import { describe, expect, test } from '@jest/globals';
import { charge, goDuration, newQuota, rateLimitHeaders } from './quota.ts';

describe('the quota', () => {
  test('lets a full minute through at once, then one request each 60/rpm seconds', () => {
    const quota = newQuota({ rpm: 60 }, 0);
    for (let call = 0; call < 60; call += 1) expect(charge(quota, 1, 0).ok).toBe(true);
    expect(charge(quota, 1, 0)).toEqual({ ok: false, limit: 'requests', waitMs: 1_000 });
    expect(charge(quota, 1, 1_000).ok).toBe(true);
  });

  test('makes a client that resends at once wait longer', () => {
    const quota = newQuota({ rpm: 60 }, 0);
    for (let call = 0; call < 60; call += 1) charge(quota, 1, 0);
    expect(charge(quota, 1, 900).ok).toBe(false);
    expect(charge(quota, 1, 1_000).ok).toBe(false);
  });

  test('refuses what the tokens left cannot cover and says how long to wait', () => {
    const quota = newQuota({ tpm: 600 }, 0);
    expect(charge(quota, 500, 0).ok).toBe(true);
    expect(charge(quota, 150, 0)).toEqual({ ok: false, limit: 'tokens', waitMs: 5_000 });
    expect(charge(quota, 150, 5_000).ok).toBe(true);
  });

  test('is never fuller than one minute', () => {
    const quota = newQuota({ rpm: 1 }, 0);
    expect(charge(quota, 1, 600_000).ok).toBe(true);
    expect(charge(quota, 1, 600_000).ok).toBe(false);
  });

  test('reports limits, rest and reset as headers, and nothing without limits', () => {
    const quota = newQuota({ rpm: 60, tpm: 6_000 }, 0);
    charge(quota, 150, 0);
    expect(rateLimitHeaders(quota)).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '5850',
      'x-ratelimit-reset-tokens': '1.5s',
    });
    expect(rateLimitHeaders(newQuota({}, 0))).toEqual({});
  });

  test.each([
    [120, '120ms'],
    [6_500, '6.5s'],
    [63_000, '1m3s'],
  ])('writes %d ms as %s', (ms, text) => expect(goDuration(ms)).toBe(text));
});
