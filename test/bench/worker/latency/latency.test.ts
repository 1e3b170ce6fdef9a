import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../../llm/protocol.ts';
import { pathFigures } from './latencyFigures.ts';
import { type History, type Refund, timings } from './refunds.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const call = (mark: string, afterMs: number, durationMs: number) =>
  ({ prompt: `x ${mark} y`, at: new Date(T0 + afterMs).toISOString(), durationMs }) as Call;
const refunds = new Map<string, Refund>([['a', { mark: 'LAT-1-5', startMs: 9, committed: T0 + 10 }]]);
const history: History = {
  startEvent: T0,
  gatewayStart: T0 + 1_560,
  gatewayEnd: T0 + 1_561,
  calculationMs: 2,
};
const histories = new Map([['a', history]]);

describe('the timing of a refund', () => {
  it('tells the wake and what is added to the time of the model', () => {
    expect(timings(refunds, histories, [call('LAT-1-5', 35, 1_501), call('LAT-11-5', 5, 1)])).toEqual([
      {
        wakeMs: 25,
        addedMs: 60,
        wholeMs: 1_561,
        startMs: 9,
        gatewayMs: 1,
        calculationMs: 2,
        userTaskMs: undefined,
      },
    ]);
  });

  it('counts from the first call where there were two', () => {
    const calls = [call('LAT-1-5', 900, 600), call('LAT-1-5', 30, 100)];
    expect(timings(refunds, histories, calls)[0]?.wakeMs).toBe(20);
  });

  it.each([
    ['call', histories, []],
    ['history', new Map(), [call('LAT-1-5', 1, 1)]],
  ] as const)('is not guessed without a %s', (what, known, calls) => {
    expect(() => timings(refunds, known, calls)).toThrow(`has no ${what}`);
  });
});

it('the document has no figure beside a path that nobody took', () => {
  const [timing] = timings(refunds, histories, [call('LAT-1-5', 35, 1_501)]);
  if (!timing) throw new Error('no timing');
  const names = pathFigures({ timings: [timing], cpuMillicores: 10, perSecond: 2 }, '').map(
    ({ name }) => name,
  );
  expect(names).toContain('service_task_p50_ms');
  expect(names).not.toContain('user_task_p50_ms');
});
