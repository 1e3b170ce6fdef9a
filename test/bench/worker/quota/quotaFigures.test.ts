import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../../llm/protocol.ts';
import { quotaFigures, quotaRun } from './quotaFigures.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const call = (second: number, change: Partial<Call> = {}): Call => ({
  id: 'x',
  at: new Date(T0 + second * 1_000).toISOString(),
  keyFingerprint: '',
  group: 'default',
  model: 'gpt-4o-mini',
  status: 200,
  prompt: '',
  promptHash: '',
  promptTokens: 100,
  completionTokens: 2,
  durationMs: 1,
  ...change,
});
const refused: Partial<Call> = { status: 429, fault: 'quota' };
const calls = [call(1), call(10), call(20), call(30, refused), call(39.9), call(40), call(41, refused)];
const run = (name: 'rpm' | 'tpm', perMinute: number) =>
  quotaRun({ name, perMinute }, null, calls, T0 + 10_000, T0 + 40_000);

describe('a run under a quota', () => {
  it('used what was let through in the measured time, of what the quota allows in it', () => {
    expect(run('rpm', 12)).toMatchObject({ use: 0.5, answeredPerMinute: 6, calls: 7 });
    expect(run('tpm', 1_200)).toMatchObject({ use: 0.5 });
  });

  it('was refused what was answered with 429, also outside the measured time', () => {
    expect(run('rpm', 12).refused).toBeCloseTo(2 / 7);
  });

  it('counts calls that are still without an answer when the workers end: they were charged', () => {
    const open = [...calls, call(15, { status: 0 })];
    const { use } = quotaRun({ name: 'rpm', perMinute: 12 }, null, open, T0 + 10_000, T0 + 40_000);
    expect(use).toBeCloseTo(4 / 6);
  });
});

it('the figure without a limit in its name is the worse one', () => {
  const figures = quotaFigures(
    [run('rpm', 12), { ...run('tpm', 1_200), use: 0.97, refused: 0.0004567 }],
    'here',
  );
  const value = (name: string) => figures.find((figure) => figure.name === name)?.value;
  expect(value('quota_use_ratio')).toBe(0.5);
  expect(value('quota_429_ratio')).toBe(0.286);
  expect(value('quota_use_ratio_tpm')).toBe(0.97);
  expect(value('quota_429_ratio_tpm')).toBe(0.000457);
});
