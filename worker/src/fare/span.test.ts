import { expect, test } from '@jest/globals';
import { both, DAY_MS, HOUR_MS, spanOfDate, spanOfTime } from './span.ts';

test.each([
  '2026-12-01T09:30:00Z',
  '2024-02-29T23:59:59.999+14:00',
  '1999-12-31T00:00:00-05:30',
  '2000-03-01T00:00Z',
])('the time %s is exact', (time) => {
  expect(spanOfTime(time)).toEqual({ earliest: Date.parse(time), latest: Date.parse(time) });
});

test('every day of a century has the number that a calendar gives it', () => {
  for (let day = Date.UTC(1999, 0, 1); day < Date.UTC(2101, 0, 1); day += DAY_MS) {
    const text = new Date(day).toISOString().slice(0, 10);
    expect([text, spanOfTime(`${text}T00:00Z`).earliest]).toEqual([text, day]);
  }
});

test('a local time may be any between the ends of the earth', () => {
  const utc = Date.parse('2026-12-01T09:30:00Z');
  expect(spanOfTime('2026-12-01T09:30')).toEqual({
    earliest: utc - 14 * HOUR_MS,
    latest: utc + 12 * HOUR_MS,
  });
});

test('a date is a whole day, wherever it is', () => {
  expect(spanOfDate('2026-12-01')).toEqual({
    earliest: Date.parse('2026-12-01T00:00:00.000+14:00'),
    latest: Date.parse('2026-12-01T23:59:59.999-12:00'),
  });
});

test('two spans that share no moment contradict each other', () => {
  expect(both({ earliest: 1, latest: 3 }, { earliest: 2, latest: 9 })).toEqual({ earliest: 2, latest: 3 });
  expect(both({ earliest: 1, latest: 2 }, { earliest: 3, latest: 4 })).toBeUndefined();
});
