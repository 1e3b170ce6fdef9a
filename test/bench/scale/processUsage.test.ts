import { expect, it } from '@jest/globals';
import { parseUsage, total, usageOf } from './processUsage.ts';

it('memory and CPU are read from what Linux writes, whatever the command is called', () => {
  const stat = '77 (a) b (c) S 1 77 77 0 -1 4194304 100 0 0 0 250 50 7 7 20 0 11 0 900 1 2';
  const status = 'Name:\tx\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n';
  expect(parseUsage(stat, status)).toEqual({ rssMB: 100, peakMB: 200, cpuSeconds: 3 });
});

it('this very process has some', () => {
  const { rssMB, peakMB, cpuSeconds } = usageOf(process.pid);
  expect(rssMB).toBeGreaterThan(10);
  expect(peakMB).toBeGreaterThanOrEqual(rssMB - 1);
  expect(cpuSeconds).toBeGreaterThan(0);
});

it('several processes add up', () => {
  const one = { rssMB: 1, peakMB: 2, cpuSeconds: 3 };
  expect(total([one, one])).toEqual({ rssMB: 2, peakMB: 4, cpuSeconds: 6 });
});
