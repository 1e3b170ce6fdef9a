import { describe, expect, it } from '@jest/globals';
import type { EngineRequest } from '../engine/request.ts';
import { HistoryInMemory } from './historyInMemory.ts';
import { type Ask, readSlice } from './slice.ts';

const FROM = Date.UTC(2026, 0, 1);
const LATEST = FROM + 7_200_000;
const OPTIONS = { pageSize: 100, timeoutMs: 1, isNew: () => true, latest: LATEST };
const read = (ask: Ask, to?: number) => readSlice(ask, 'refund', { from: FROM, to }, OPTIONS);
const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '+0000');

/** Something that answers each query of started instances with these rows, and all others with none. */
function answering(rows: (page: { first: number; size: number }) => object[]): { ask: Ask; asked(): number } {
  let asked = 0;
  const ask = async <T>({
    params = {},
    body = {},
    read: reading,
    expected,
  }: EngineRequest<T>): Promise<T> => {
    asked += 1;
    const page = { first: Number(params.firstResult), size: Number(params.maxResults) };
    const value = reading('startedAfter' in body ? rows(page) : []);
    if (value === undefined) throw new Error(`no ${expected}`);
    return value;
  };
  return { ask, asked: () => asked };
}
const row = (change: object = {}) => ({
  id: 'a',
  processDefinitionKey: 'refund',
  startTime: iso(FROM),
  ...change,
});

describe('a piece of the history is refused', () => {
  it.each<[string, object, RegExp]>([
    ['without a time', { startTime: null }, /"started" has an event without a time/],
    ['with a time that is none', { startTime: 'soon' }, /without a time/],
    ['of before', { startTime: iso(FROM - 2_000) }, /at a time that was not asked for/],
    ['of the year 2999', { startTime: '2999-01-01T00:00:00.000+0000' }, /at a time that was not asked for/],
    ['with a duration that is text', { durationInMillis: '5' }, /^no rows of its history$/],
    ['with a duration that is no whole number', { durationInMillis: 1e300 }, /^no rows of its history$/],
    ['with an id that fits into no engine', { id: 'x'.repeat(65) }, /^no rows of its history$/],
    ['with a time of a page', { endTime: ' '.repeat(65) }, /^no rows of its history$/],
    [
      'with a key that fits into no engine',
      { processDefinitionKey: 'x'.repeat(256) },
      /^no rows of its history$/,
    ],
    ['without an id', { id: undefined }, /^no rows of its history$/],
  ])('with a row %s', async (_, change, message) => {
    await expect(read(answering(() => [row(change)]).ask)).rejects.toThrow(message);
  });

  it('with a row of after its end', async () => {
    const { ask } = answering(() => [row({ startTime: iso(FROM + 5_000) })]);
    await expect(read(ask, FROM + 1_000)).rejects.toThrow(/not asked for/);
    expect((await read(ask, FROM + 5_000)).events).toHaveLength(1);
  });

  it('with rows in another order than that of time', async () => {
    const rows = [row({ startTime: iso(FROM + 2) }), row({ startTime: iso(FROM + 1) })];
    await expect(read(answering(() => rows).ask)).rejects.toThrow(/not in the order of time/);
  });

  it('when a page is longer than was asked for', async () => {
    const { ask } = answering(({ size }) => Array.from({ length: size + 1 }, () => row()));
    await expect(read(ask)).rejects.toMatchObject({ code: 'engine_answer' });
  });

  it('when one moment has no end, before memory has', async () => {
    const { ask, asked } = answering(({ first, size }) =>
      Array.from({ length: size }, (_, n) => row({ id: `${first + n}` })),
    );
    await expect(read(ask)).rejects.toMatchObject({
      code: 'engine_answer',
      message: expect.stringMatching(/"started" has more than 300 events of one moment/),
    });
    expect(asked()).toBe(3);
  });
});

describe('a piece of the history is read', () => {
  it('with ids and keys as long as an engine can have them', async () => {
    const key = 'k'.repeat(255);
    const { ask } = answering(() => [row({ id: 'x'.repeat(64), processDefinitionKey: key })]);
    expect((await readSlice(ask, key, { from: FROM }, OPTIONS)).events).toHaveLength(1);
  });

  it('when a database has rounded the times to seconds', async () => {
    const { ask } = answering(() => [row({ startTime: iso(FROM - 999) })]);
    await expect(read(ask)).resolves.toMatchObject({ events: [{ at: FROM - 999 }] });
  });

  it('with an end that another node’s clock has before the start, as no time at all', async () => {
    const history = new HistoryInMemory('refund');
    history.ended('review', FROM + 1, 0, { durationInMillis: -30 });
    const { events } = await read(history.ask(LATEST));
    expect(events).toMatchObject([{ what: { kind: 'reviewed', durationMs: 0 } }]);
  });
});
