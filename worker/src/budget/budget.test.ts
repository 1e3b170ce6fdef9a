import { expect, test } from '@jest/globals';
import { Budget, type BudgetOptions } from './budget.ts';

const NOON = Date.parse('2026-11-25T12:00:00Z');
const budget = (options: Partial<BudgetOptions>) =>
  new Budget({
    pool: 'p',
    perHourUSD: undefined,
    perDayUSD: undefined,
    timeZone: 'UTC',
    redis: undefined,
    spentUntilByOperator: () => undefined,
    onSpending: () => undefined,
    ...options,
  });

test('the budget is spent when what was booked reaches it, to the last token', async () => {
  const own = budget({ perDayUSD: 0.0234 });
  for (let call = 0; call < 999; call += 1) own.book(0.0000234, NOON);
  expect(await own.spent(NOON)).toBeUndefined();
  own.book(0.0000234, NOON);
  expect(await own.spent(NOON)).toEqual({ period: 'day', until: Date.parse('2026-11-26T00:00Z') });
});

test('a new period has a new budget', async () => {
  const own = budget({ perHourUSD: 1, perDayUSD: 2, timeZone: 'Europe/Berlin' });
  own.book(1.5, NOON);
  expect(await own.spent(NOON)).toEqual({ period: 'hour', until: Date.parse('2026-11-25T13:00Z') });
  expect(await own.spent(Date.parse('2026-11-25T13:00Z'))).toBeUndefined();
  own.book(0.5, Date.parse('2026-11-25T13:00Z'));
  // Midnight in Berlin, not in Greenwich.
  const until = Date.parse('2026-11-25T23:00Z');
  expect(await own.spent(Date.parse('2026-11-25T14:00Z'))).toEqual({ period: 'day', until });
  expect(await own.spent(until)).toBeUndefined();
});

test('who looks back over the end of a period does not lose what was counted since', async () => {
  const own = budget({ perHourUSD: 1 });
  const one = Date.parse('2026-11-25T13:00Z');
  own.book(0.6, one);
  expect(await own.spent(one - 1)).toBeUndefined();
  own.book(0.4, one - 1);
  expect(await own.spent(one)).toEqual({ period: 'hour', until: Date.parse('2026-11-25T14:00Z') });
});

test('of two periods that are spent the one that lasts longer is named', async () => {
  const own = budget({ perHourUSD: 1, perDayUSD: 1 });
  own.book(1, NOON);
  expect((await own.spent(NOON))?.period).toBe('day');
});

test('the word of the operator, which sees all pods, counts as well', async () => {
  const own = budget({ perDayUSD: 5, spentUntilByOperator: () => NOON + 60_000 });
  expect(await own.spent(NOON)).toEqual({ period: undefined, until: NOON + 60_000 });
});
