import { describe, expect, it } from '@jest/globals';
import { Horizon } from './horizon.ts';
import { Ledger } from './ledger.ts';
import { decode, encode } from './saved.ts';
import { count, type Event, nothingYet } from './totals.ts';

const breach = (id: string, at: number): Event => ({ id, at, what: { kind: 'breached' } });
const open = (settled = 1_000) =>
  new Ledger({ settled, newest: settled, seen: new Map(), totals: nothingYet() });

describe('a ledger', () => {
  it.each<[string, Event[][], number]>([
    ['counts an event once, however often it is read', [[breach('a', 1_000)], [breach('a', 1_000)]], 1],
    ['counts two events of one moment', [[breach('a', 1_000), breach('b', 1_000)]], 2],
    ['counts an event that comes after a later one', [[breach('b', 2_000)], [breach('a', 1_500)]], 2],
    ['leaves out what is before its beginning', [[breach('a', 999)]], 0],
  ])('%s', (_, reads, breaches) => {
    const ledger = open();
    for (const events of reads) ledger.add(events);
    expect(ledger.totals.breaches).toBe(breaches);
  });

  it('forgets what is settled, and only that', () => {
    const ledger = open();
    ledger.add([breach('a', 1_000), breach('b', 2_000)]);
    ledger.settle(2_000);
    expect(ledger.seen.size).toBe(1);
    ledger.add([breach('a', 1_000), breach('b', 2_000)]);
    expect(ledger.totals.breaches).toBe(2);
    ledger.settle(1_500);
    expect(ledger.settled).toBe(2_000);
  });

  it('remembers the latest when there are too many, and settles nothing that was not read', () => {
    const ledger = open();
    ledger.add([1_001, 1_002, 1_003, 1_004].map((at) => breach(`e${at}`, at)));
    ledger.trim(2, 1_002);
    expect({ settled: ledger.settled, size: ledger.seen.size }).toEqual({ settled: 1_002, size: 3 });
    ledger.trim(2, 9_000);
    expect({ settled: ledger.settled, size: ledger.seen.size }).toEqual({ settled: 1_003, size: 2 });
  });
});

describe('a saved account', () => {
  const owner = {
    engine: 'http://a/engine-rest',
    urls: ['http://a/engine-rest'],
    namespaces: [],
    process: 'ticket-refund',
  };

  it('is the same when it is read again', () => {
    const ledger = open();
    ledger.add([breach('a', 1_000), breach('b', 2_000)]);
    ledger.add([{ id: 'c', at: 1_500, what: { kind: 'completed', durationMs: 1_500 } }]);
    ledger.add([{ id: 'd', at: 1_500, what: { kind: 'decided', decision: 'MANUAL' } }]);
    const read = decode(encode({ owner, account: ledger, unusedSince: 7 }));
    expect(read.owner).toEqual(owner);
    expect(read.unusedSince).toBe(7);
    expect(read.account.totals).toEqual(ledger.totals);
    expect([...read.account.seen.keys()]).toEqual([...ledger.seen.keys()]);
    const again = new Ledger(read.account);
    again.add([breach('a', 1_000), breach('new', 1_999)]);
    expect(again.totals.breaches).toBe(3);
  });

  it('begins a distribution again whose buckets are others by now, and keeps the rest', () => {
    const ledger = open();
    ledger.add([{ id: 'c', at: 1_500, what: { kind: 'completed', durationMs: 1_500 } }]);
    const saved = JSON.parse(encode({ owner, account: ledger })) as ReturnType<typeof JSON.parse>;
    saved.totals.durations.bounds[0] = 0.2;
    const { totals } = decode(JSON.stringify(saved)).account;
    expect(totals.completed).toBe(1);
    expect(totals.durations).toEqual(nothingYet().durations);
  });

  it('holds nothing of a process instance but a fingerprint', () => {
    const ledger = open();
    ledger.add([breach('timer:4711-of-a-booking', 1_000)]);
    expect(encode({ owner, account: ledger })).not.toContain('4711');
  });

  it.each(['', 'no account', '{}', '{"engine":"a"}'])('that is %j is refused', (text) => {
    expect(() => decode(text)).toThrow();
  });
});

describe('a duration', () => {
  it.each([
    [0, 0],
    [100, 0],
    [101, 1],
    [86_400_000, 15],
    [86_400_001, 16],
  ])('of %i ms is in bucket %i', (durationMs, bucket) => {
    const totals = nothingYet();
    count(totals, { id: 'a', at: 0, what: { kind: 'completed', durationMs } });
    expect(totals.durations.counts.indexOf(1)).toBe(bucket);
  });
});

describe('what can be settled', () => {
  const WALL = 100 * 3_600_000;

  it.each<[string, [newest: number, now: number][], number, number]>([
    ['is nothing but what is an hour old, at first', [], 0, WALL - 3_600_000],
    ['is nothing more before the overlap has passed', [[WALL, 0]], 59_999, WALL - 3_600_000],
    [
      'is what was the newest an overlap ago',
      [
        [WALL, 0],
        [WALL + 9_000, 10_000],
      ],
      60_000,
      WALL,
    ],
    [
      'moves on with what was newer',
      [
        [WALL, 0],
        [WALL + 9_000, 10_000],
      ],
      70_000,
      WALL + 9_000,
    ],
    [
      'goes by the first time that it was the newest',
      [
        [WALL, 0],
        [WALL, 50_000],
      ],
      60_000,
      WALL,
    ],
  ])('%s', (_, notes, now, expected) => {
    const horizon = new Horizon(60_000);
    for (const [newest, at] of notes) horizon.note(newest, at);
    expect(horizon.settled(now, WALL)).toBe(expected);
  });
});
