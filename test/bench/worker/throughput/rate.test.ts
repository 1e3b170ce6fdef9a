import { describe, expect, it } from '@jest/globals';
import { rateOf } from './rate.ts';
import { throughputFigures } from './throughputFigures.ts';

describe('the rate of a turn', () => {
  it('is what was completed after the first completion, over the time since', () => {
    const completions = [1_000, 1_500, 2_000, 3_000];
    expect(rateOf({ completions, cpuSeconds: 0.01, peakMB: 90 })).toEqual({
      perSecond: 1.5,
      cpuMs: 2.5,
      peakMB: 90,
      tasks: 4,
    });
  });

  it.each([[[]], [[1]], [[5, 5]]])('is none of %j', (completions) => {
    expect(() => rateOf({ completions, cpuSeconds: 1, peakMB: 1 })).toThrow(RangeError);
  });
});

describe('the figures of the throughput', () => {
  const rate = (perSecond: number) => ({ perSecond, cpuMs: 2, peakMB: 100, tasks: 10 });
  const figures = throughputFigures(
    new Map([
      [null, [rate(90), rate(50), rate(95)]],
      ['engine-limit', [rate(100), rate(50), rate(100)]],
      ['python', [rate(0.6)]],
    ]),
    'here',
  );
  const value = (name: string, peer: string | null) =>
    figures.find((figure) => figure.name === name && figure.peer === peer)?.value;

  it('have the median of the rounds for each side', () => {
    expect(value('throughput_per_s', null)).toBe(90);
    expect(value('throughput_per_s', 'engine-limit')).toBe(100);
    expect(value('throughput_per_s', 'python')).toBe(0.6);
  });

  it('compare with the limit of the same round, for a round in which the machine was slow', () => {
    expect(value('throughput_vs_engine_limit', null)).toBe(0.95);
  });

  it('have the cost of ours; its memory is measured by a turn of its own', () => {
    expect(value('cpu_ms_per_task', null)).toBe(2);
    expect(value('peak_rss_mb', null)).toBeUndefined();
    expect(value('peak_rss_mb', 'engine-limit')).toBeUndefined();
  });
});
