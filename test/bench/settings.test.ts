import { describe, expect, it } from '@jest/globals';
import { crowdTrials, evenly, measuresKeda, settingsFrom } from './settings.ts';

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
    { variable: 'BENCH_LANES', value: '5', setting: 'lanes', is: 5 },
    { variable: 'BENCH_KEDA_LANES', value: '0', setting: 'kedaLanes', is: 1 },
    { variable: 'BENCH_FAILING', value: '0', setting: 'failing', is: 0 },
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
  { trials: 30, parts: 2, is: [15, 15] },
  { trials: 10, parts: 3, is: [4, 3, 3] },
  { trials: 1, parts: 2, is: [1, 0] },
  { trials: 0, parts: 2, is: [0, 0] },
])('$trials trials over $parts rounds or lanes are $is', ({ trials, parts, is }) => {
  expect(evenly(trials, parts)).toEqual(is);
});

it.each([
  { change: { BENCH_KEDA_TRIALS: '0' }, is: false },
  { change: { BENCH_KEDA_TRIALS: '0', BENCH_KEDA_AT_SCALE: '1' }, is: true },
  { change: {}, is: true },
])('with $change KEDA is needed: $is', ({ change, is }) => {
  expect(measuresKeda(settingsFrom(change))).toBe(is);
});

it.each([
  { pools: 1_000, engines: 1, is: 100 },
  { pools: 1_000, engines: 10, is: 30 },
  { pools: 100, engines: 1, is: 30 },
  { pools: 10, engines: 10, is: 10 },
])('$pools pools over $engines engines are measured by $is reactions', ({ pools, engines, is }) => {
  expect(crowdTrials(settingsFrom({}), pools, engines)).toBe(is);
});
