import { describe, expect, it } from '@jest/globals';
import { estimate } from './estimate.ts';
import { settingsFrom } from './settings.ts';

const secondsOf = (env: Record<string, string>) =>
  Object.fromEntries(estimate(settingsFrom(env)).map(({ part, seconds }) => [part, seconds]));

describe('the estimate of a run', () => {
  it('is no more than twenty minutes for all that the goals are stated for', () => {
    const whole = Object.values(secondsOf({})).reduce((sum, seconds) => sum + seconds, 0);
    expect(whole).toBeLessThanOrEqual(20 * 60);
    expect(whole).toBeGreaterThan(10 * 60);
  });

  it.each([
    ['throughput', { BENCH_ROUNDS: '0' }],
    ['wake and latency', { BENCH_STARTS: '0' }],
    ['quota', { BENCH_QUOTA_SECONDS: '0' }],
    ['cache', { BENCH_TICKETS: '0' }],
  ])('has nothing for %s when that is left out', (part, env) => {
    expect(secondsOf(env)[part]).toBe(0);
  });

  it('is longer with the Python client', () => {
    expect(secondsOf({ BENCH_PYTHON_SECONDS: '0' }).throughput).toBeLessThan(secondsOf({}).throughput ?? 0);
  });
});

it('a variable that is not known is refused', () => {
  expect(() => settingsFrom({ BENCH_TRIALS: '3' })).toThrow('BENCH_TRIALS: not known');
});
