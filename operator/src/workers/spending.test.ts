import { describe, expect, it, test } from '@jest/globals';
import { book, type CostReading, openLedger, roundedSpending, type Spending, spentUSD } from './spending.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2026-01-01, 10:30 UTC. */
const NOW = Date.parse('2026-01-01T10:30:00Z');
const START = NOW - 20 * MINUTE;

const reading = (costUSD: number, at = NOW, startedAt: number | undefined = START): CostReading => ({
  at,
  costUSD,
  startedAt,
});
type Round = Record<string, CostReading | undefined>;

/** Books rounds one after the other; a pod whose reading is undefined runs, but did not answer. */
function rounds(spending: Spending | undefined, ...steps: [at: number, round: Round][]) {
  return steps.reduce((ledger, [at, round]) => {
    const readings = Object.entries(round).filter((entry): entry is [string, CostReading] => !!entry[1]);
    return book(ledger, new Map(readings), Object.keys(round), at, 'UTC');
  }, openLedger(spending));
}
const spent = (spending: Spending | undefined, ...steps: [at: number, round: Round][]) =>
  spentUSD(rounds(spending, ...steps).spending, steps.at(-1)?.[0] ?? 0, 'UTC');
/** What an earlier operator left at 10:20. */
const EARLIER: Spending = {
  hour: '2026-01-01T10:00:00.000Z',
  hourUSD: 2,
  day: '2026-01-01T00:00:00.000Z',
  dayUSD: 5,
  countedUSD: 3,
  countedAt: '2026-01-01T10:20:00.000Z',
};
const BEFORE = Date.parse('2026-01-01T10:10:00Z');
const AFTER = Date.parse('2026-01-01T10:25:00Z');

describe('what a pool has spent', () => {
  it('is not known while nothing was ever spent', () => {
    expect(rounds(undefined, [NOW, { a: reading(0) }]).spending).toBeUndefined();
  });

  it('is the sum of what the pods have counted', () => {
    expect(spent(undefined, [NOW, { a: reading(1), b: reading(0.5) }])).toEqual({ hour: 1.5, day: 1.5 });
  });

  it('grows by what is counted between two rounds', () => {
    const later = NOW + 5_000;
    expect(spent(undefined, [NOW, { a: reading(1) }], [later, { a: reading(1.25, later) }])?.hour).toBe(1.25);
  });

  test.each([
    ['its counter is lower', reading(0.25, NOW + 5_000, undefined)],
    ['it has another start', reading(1.25, NOW + 5_000, NOW + 1_000)],
  ])('counts a container that was started again from zero: %s', (_, again) => {
    const total = spent(undefined, [NOW, { a: reading(1) }], [NOW + 5_000, { a: again }]);
    expect(total?.hour).toBe(1 + again.costUSD);
  });

  it('keeps what a pod spent that has gone, and counts one of the same name anew', () => {
    const gone = rounds(undefined, [NOW, { a: reading(1), b: reading(2) }], [NOW + 1, { b: reading(2) }]);
    expect(gone.spending).toMatchObject({ hourUSD: 3, countedUSD: 2 });
    const back = book(gone, new Map([['a', reading(0.5)]]), ['a', 'b'], NOW + 2, 'UTC');
    expect(back.spending).toMatchObject({ hourUSD: 3.5, countedUSD: 2.5 });
  });

  it('waits for a pod that does not answer for a while', () => {
    const later = NOW + 10_000;
    const steps: [number, Round][] = [
      [NOW, { a: reading(1) }],
      [NOW + 5_000, { a: undefined }],
      [later, { a: reading(1.5, later) }],
    ];
    expect(spent(undefined, ...steps)?.hour).toBe(1.5);
  });

  it('does not change, nor does the time of counting, while nothing is spent', () => {
    const once = rounds(undefined, [NOW, { a: reading(1) }]);
    const again = book(once, new Map([['a', reading(1, NOW + HOUR)]]), ['a'], NOW + HOUR, 'UTC');
    expect(again.spending).toEqual(once.spending);
  });

  it('begins anew with the hour and with the day', () => {
    const { spending } = rounds(EARLIER, [NOW, { a: reading(3, NOW, BEFORE) }]);
    expect(spentUSD(spending, NOW, 'UTC')).toEqual({ hour: 2, day: 5 });
    expect(spentUSD(spending, NOW + HOUR, 'UTC')).toEqual({ hour: 0, day: 5 });
    expect(spentUSD(spending, NOW + 14 * HOUR, 'UTC')).toEqual({ hour: 0, day: 0 });
  });

  it('begins anew at the midnight of the budget’s time zone', () => {
    const at = (time: string) => Date.parse(time);
    const [before, after] = [at('2026-01-01T22:59:00Z'), at('2026-01-01T23:01:00Z')];
    const first = book(
      openLedger(undefined),
      new Map([['a', reading(1, before, before - MINUTE)]]),
      ['a'],
      before,
      'Europe/Berlin',
    );
    expect(first.spending?.day).toBe('2025-12-31T23:00:00.000Z');
    expect(spentUSD(first.spending, before, 'Europe/Berlin')).toEqual({ hour: 1, day: 1 });
    expect(spentUSD(first.spending, after, 'Europe/Berlin')).toEqual({ hour: 0, day: 0 });
  });

  it('is shared between the hours that it was spent in', () => {
    const [before, after] = [NOW + 28 * MINUTE, NOW + 32 * MINUTE];
    const total = spent(undefined, [before, { a: reading(1, before) }], [after, { a: reading(2, after) }]);
    expect(total?.hour).toBeCloseTo(0.5, 10);
    expect(total?.day).toBeCloseTo(2, 10);
  });
});

describe('an operator that was started again', () => {
  it('knows at once what was spent', () => {
    expect(spentUSD(openLedger(EARLIER).spending, NOW, 'UTC')).toEqual({ hour: 2, day: 5 });
  });

  test.each<[string, Round, number]>([
    [
      'nothing when the pods stand where they stood',
      { a: reading(1, NOW, BEFORE), b: reading(2, NOW, BEFORE) },
      0,
    ],
    ['what they counted meanwhile', { a: reading(1.5, NOW, BEFORE), b: reading(2.25, NOW, BEFORE) }, 0.75],
    ['all of a pod that came meanwhile', { a: reading(3, NOW, BEFORE), b: reading(0.5, NOW, AFTER) }, 0.5],
    ['nothing when a pod went meanwhile', { a: reading(1, NOW, BEFORE) }, 0],
    ['nothing of a pod that does not say when it started', { a: { at: NOW, costUSD: 3 } }, 0],
  ])('adds %s', (_, round, added) => {
    expect(spent(EARLIER, [NOW, round])?.hour).toBeCloseTo(2 + added, 10);
  });

  it('does not count again a pod that answers only later', () => {
    const later = NOW + 15_000;
    const old = (usd: number, at: number) => reading(usd, at, BEFORE);
    const ledger = rounds(
      EARLIER,
      [NOW, { a: old(1, NOW), b: undefined }],
      [later, { a: old(1, later), b: old(2.5, later) }],
    );
    expect(ledger.spending?.hourUSD).toBeCloseTo(2.5, 10);
    expect(ledger.spending?.countedUSD).toBeCloseTo(3.5, 10);
  });

  it('does not take what the status rounded off for news', () => {
    const { spending } = rounds(EARLIER, [
      NOW,
      { a: reading(1.0000004, NOW, BEFORE), b: reading(2, NOW, BEFORE) },
    ]);
    expect(spending && roundedSpending(spending)).toEqual(EARLIER);
  });

  it('leaves to its successor all that is needed, however often', () => {
    let { spending } = rounds(undefined, [NOW, { a: reading(1), b: reading(2) }]);
    for (let usd = 1.1; usd < 1.55; usd += 0.1) {
      const at = NOW + usd * 10_000;
      const ledger = rounds(spending && roundedSpending(spending), [
        at,
        { a: reading(usd, at), b: reading(2, at) },
      ]);
      spending = ledger.spending;
    }
    expect(spending?.hourUSD).toBeCloseTo(3.5, 5);
  });
});

it('is told to a millionth of a dollar', () => {
  const { spending } = rounds(undefined, [NOW, { a: reading(0.1), b: reading(0.2) }]);
  expect(spending && roundedSpending(spending)).toMatchObject({ hourUSD: 0.3, dayUSD: 0.3, countedUSD: 0.3 });
});
