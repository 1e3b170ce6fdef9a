import { describe, expect, it } from '@jest/globals';
import { estimate, estimateLine } from './estimate.ts';
import { settingsFrom } from './settings.ts';

const secondsOf = (env: Record<string, string>) =>
  Object.fromEntries(estimate(settingsFrom(env)).map(({ part, seconds }) => [part, seconds]));

describe('the estimate of a run', () => {
  it('is an hour for all that the goals are stated for', () => {
    const whole = estimate(settingsFrom({})).reduce((sum, { seconds }) => sum + seconds, 0);
    expect(whole).toBeLessThanOrEqual(60 * 60);
    expect(whole).toBeGreaterThan(30 * 60);
  });

  it.each([
    ['reaction', { BENCH_TRIALS: '0', BENCH_KEDA_TRIALS: '0' }],
    ['pods ready', { BENCH_READY_TRIALS: '0' }],
    ['scale', { BENCH_POOLS: '' }],
    ['failing pools', { BENCH_FAILING: '0' }],
    ['cost of asking', { BENCH_OPEN_TASKS: '' }],
  ])('has nothing for %s when that is left out', (part, env) => {
    expect(secondsOf(env)[part]).toBe(0);
    expect(estimateLine(estimate(settingsFrom(env)))).not.toContain(part);
  });

  it('falls with the lanes', () => {
    expect(secondsOf({ BENCH_LANES: '5' }).reaction).toBeLessThan(secondsOf({}).reaction ?? 0);
  });
});

it('the line has the whole and each part, in minutes', () => {
  const line = estimateLine([
    { part: 'reaction', seconds: 610 },
    { part: 'scale', seconds: 0 },
    { part: 'failing pools', seconds: 100 },
  ]);
  expect(line).toBe('About 12 minutes on two cores: reaction 11, failing pools 2');
});
