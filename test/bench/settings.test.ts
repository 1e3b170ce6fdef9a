import { describe, expect, it } from '@jest/globals';
import { perRound, settingsFrom } from './settings.ts';

describe('the settings of a benchmark', () => {
  it('are those that the goals are stated for unless a variable changes them', () => {
    const settings = settingsFrom({ PATH: '/bin', BENCH_TRIALS: '3' });
    expect(settings).toMatchObject({ trials: 3, kedaTrials: 10, pools: [10, 100, 1_000] });
  });

  it.each([
    { variable: 'BENCH_POOLS', value: '10,20', setting: 'pools', is: [10, 20] },
    { variable: 'BENCH_POOLS', value: '', setting: 'pools', is: [] },
    { variable: 'BENCH_KEDA_TRIALS', value: '0', setting: 'kedaTrials', is: 0 },
    { variable: 'BENCH_KEDA_AT_SCALE', value: '1', setting: 'kedaAtScale', is: true },
    { variable: 'BENCH_KEDA_AT_SCALE', value: '0', setting: 'kedaAtScale', is: false },
    { variable: 'BENCH_ROUNDS', value: '0', setting: 'rounds', is: 1 },
  ])('take $variable=$value', ({ variable, value, setting, is }) => {
    expect(settingsFrom({ [variable]: value })).toHaveProperty(setting, is);
  });

  it.each([
    ['BENCH_TRIALS', 'many', 'BENCH_TRIALS: "many" is not a whole number'],
    ['BENCH_POOLS', '10,-1', 'BENCH_POOLS: "-1" is not a whole number'],
    ['BENCH_TRAILS', '3', 'BENCH_TRAILS: not known'],
  ])('refuse %s=%s', (variable, value, message) => {
    expect(() => settingsFrom({ [variable]: value })).toThrow(message);
  });
});

it.each([
  { trials: 30, rounds: 2, is: [15, 15] },
  { trials: 10, rounds: 3, is: [4, 3, 3] },
  { trials: 1, rounds: 2, is: [1, 0] },
  { trials: 0, rounds: 2, is: [0, 0] },
])('$trials trials over $rounds rounds are $is', ({ trials, rounds, is }) => {
  expect(perRound(trials, rounds)).toEqual(is);
});
