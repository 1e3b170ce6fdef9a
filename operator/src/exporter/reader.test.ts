import { describe, expect, it } from '@jest/globals';
import { random } from '../../../test/support/random.ts';
import { Limiter } from '../support/limiter.ts';
import { HistoryInMemory } from './historyInMemory.ts';
import { Ledger } from './ledger.ts';
import { Reader, type ReaderOptions } from './reader.ts';
import { DECISIONS } from './refundProcess.ts';
import { decode, encode } from './saved.ts';
import { nothingYet, type Totals } from './totals.ts';

const PROCESS = 'ticket-refund';
const START = Date.UTC(2026, 0, 1);
const OPTIONS: ReaderOptions = {
  overlapMs: 120_000,
  pageSize: 1_000,
  mostSeen: () => 20_000,
  timeoutMs: 10_000,
  pieces: new Limiter(4),
};
const fresh = (settled = START) =>
  new Ledger({ settled, newest: settled, seen: new Map(), totals: nothingYet() });

/** A reader and the time that it lives in. */
class World {
  now = START;
  /** By how much the operator's clock is ahead of the engine's. */
  ahead = 0;
  readonly history = new HistoryInMemory(PROCESS);
  readonly options: ReaderOptions;
  reader: Reader;

  constructor(options: Partial<ReaderOptions> = {}, ledger = fresh()) {
    this.options = { ...OPTIONS, ...options };
    this.reader = this.follow(ledger);
  }

  private follow(ledger: Ledger): Reader {
    return new Reader(PROCESS, ledger, this.options, {
      now: () => this.now - START,
      wall: () => this.now + this.ahead,
    });
  }

  /** As another process, from a saved account. */
  restart(saved: string): void {
    this.reader = this.follow(new Ledger(decode(saved).account));
  }

  save(): string {
    return encode({
      owner: { engine: 'e', urls: [], namespaces: [], process: PROCESS },
      account: this.reader.ledger,
    });
  }

  async round(): Promise<Totals> {
    await this.reader.round(this.history.ask(this.now), async () => undefined);
    return this.reader.ledger.totals;
  }

  async roundAt(seconds: number): Promise<Totals> {
    this.now = START + seconds * 1_000;
    return this.round();
  }
}

const at = (seconds: number) => START + seconds * 1_000;
const AT_ONCE = { start: 0, end: 0 };

describe('a round', () => {
  it('counts what happened since the account was opened, each thing as what it is', async () => {
    const { history } = new World();
    const world = new World();
    world.history.instance(at(-10), at(1), AT_ONCE);
    world.history.instance(at(1), at(3), AT_ONCE);
    world.history.instance(at(1), at(4), AT_ONCE, 'EXTERNALLY_TERMINATED');
    for (const answer of ['ALLOWED', 'MANUAL', 'MANUAL', 'perhaps']) {
      world.history.ended('check', at(2), 0, { answer });
    }
    world.history.ended('check', at(2), 0);
    world.history.ended('check', at(2), 0, { answer: 'ALLOWED', canceled: true });
    world.history.ended('check', at(2), 0, { answer: 'ALLOWED', process: 'another' });
    world.history.ended('review', at(3), 0, { durationInMillis: 20_000 });
    world.history.ended('review', at(3), 0, { durationInMillis: 7_200_000, canceled: true });
    world.history.ended('timer', at(3), 0);
    world.history.incident(at(3), 0);
    world.history.incident(at(-1), 0);
    const totals = await world.roundAt(5);
    expect(totals).toMatchObject({ started: 2, completed: 2, terminated: 1, incidents: 1, breaches: 1 });
    expect(totals.decisions).toEqual({ ALLOWED: 1, WITH_PENALTY: 0, MANUAL: 2, OTHER: 2 });
    expect(totals.durations.sumMs).toBe(13_000);
    expect(totals.reviews.sumMs).toBe(20_000);
    expect(history.asked).toBe(0);
  });

  it('counts nothing again', async () => {
    const world = new World();
    for (let second = 1; second < 600; second += 5)
      world.history.instance(at(second), at(second + 1), AT_ONCE);
    for (let second = 1; second < 1_200; second += 7) await world.roundAt(second);
    expect(world.reader.ledger.totals).toMatchObject({ started: 120, completed: 120 });
  });

  it.each([
    ['just before the frontier, in the next round', 4, 20],
    ['later, when it is settled', 100, 260],
  ])('finds what is committed late: %s', async (_, late, by) => {
    const world = new World();
    for (let second = 1; second <= 300; second += 1) world.history.ended('timer', at(second), 0);
    world.history.ended('timer', at(10), late * 1_000);
    let totals = nothingYet();
    for (let second = 5; second <= by; second += 10) totals = await world.roundAt(second);
    const last = Math.floor((by - 5) / 10) * 10 + 5;
    expect(totals.breaches).toBe(last + 1);
  });

  it('reads a million rows at the cost of their pages, not of their square', async () => {
    const costs = [2_000, 4_000].map(async (rows) => {
      const world = new World({ pageSize: 100 });
      for (let row = 0; row < rows; row += 1) world.history.ended('timer', START + row * 100, 0);
      world.now = START + 86_400_000;
      expect((await world.round()).breaches).toBe(rows);
      return world.history.asked;
    });
    const [once = 0, twice = 0] = await Promise.all(costs);
    expect(twice / once).toBeLessThan(2.1);
  });

  it('gets past more rows of one millisecond than fit into a page', async () => {
    const world = new World({ pageSize: 40 });
    for (let row = 0; row < 95; row += 1) world.history.ended('timer', at(1), 0);
    for (let row = 0; row < 85; row += 1) world.history.incident(at(1), 0);
    world.history.ended('timer', at(2), 0);
    expect(await world.roundAt(3)).toMatchObject({ breaches: 96, incidents: 85 });
  });

  it('that fails half-way has counted nothing twice when it succeeds', async () => {
    const world = new World({ pageSize: 10 });
    for (let row = 0; row < 100; row += 1) world.history.instance(at(row), at(row + 1), AT_ONCE);
    world.now = at(200);
    const answer = world.history.ask(world.now);
    let calls = 0;
    const failing: typeof answer = async (request) => {
      calls += 1;
      if (calls > 23) throw new Error('the engine has gone');
      return answer(request);
    };
    await expect(world.reader.round(failing, async () => undefined)).rejects.toThrow('gone');
    const { started } = world.reader.ledger.totals;
    expect(started).toBeGreaterThan(0);
    expect(started).toBeLessThan(100);
    expect(await world.round()).toMatchObject({ started: 100, completed: 100 });
  });

  it('asks nothing but while it holds a place for a piece, and rests without one', async () => {
    let held = 0;
    const pieces = {
      run: async <T>(work: () => Promise<T>): Promise<T> => {
        held += 1;
        try {
          return await work();
        } finally {
          held -= 1;
        }
      },
    };
    const world = new World({ pieces, pageSize: 10 });
    for (let row = 0; row < 40; row += 1) world.history.instance(at(row), at(row + 1), AT_ONCE);
    world.now = at(7_200);
    const answer = world.history.ask(world.now);
    const seen = { asking: new Set<number>(), resting: new Set<number>() };
    await world.reader.round(
      async (request) => {
        seen.asking.add(held);
        return answer(request);
      },
      async () => void seen.resting.add(held),
    );
    expect(seen).toEqual({ asking: new Set([1]), resting: new Set([0]) });
    expect(world.reader.ledger.totals).toMatchObject({ started: 40, completed: 40 });
  });

  it('leaves a quiet time behind, so that it does not grow', async () => {
    const world = new World();
    world.history.ended('timer', at(1), 0);
    await world.roundAt(2);
    for (let minute = 1; minute < 300; minute += 1) await world.roundAt(minute * 60);
    expect(world.reader.ledger.settled).toBeGreaterThan(world.now - 3_700_000);
    expect(world.reader.ledger.seen.size).toBe(0);
  });

  it('does not trust a clock of its own that is half an hour ahead', async () => {
    const world = new World();
    world.ahead = 1_800_000;
    for (let second = 0; second < 600; second += 3) world.history.ended('timer', at(second), 60_000);
    for (let second = 1; second < 1_000; second += 10) await world.roundAt(second);
    expect(world.reader.ledger.totals.breaches).toBe(200);
  });
});

describe('an account', () => {
  it('keeps its totals when the history is deleted and another process goes on', async () => {
    const world = new World();
    for (let row = 0; row < 50; row += 1) world.history.instance(at(row), at(row + 1), AT_ONCE);
    await world.roundAt(60);
    const saved = world.save();
    world.history.cleanUp(at(1_000));
    world.restart(saved);
    expect(await world.roundAt(70)).toMatchObject({ started: 50, completed: 50 });
    for (let second = 80; second < 400; second += 10) await world.roundAt(second);
    expect(world.reader.ledger.totals).toMatchObject({ started: 50, completed: 50 });
  });

  it('remembers no more than it may, and still counts nothing twice', async () => {
    const world = new World({ mostSeen: () => 50, pageSize: 40 });
    for (let row = 0; row < 1_000; row += 1) world.history.ended('timer', START + row * 100, 0);
    for (let second = 1; second < 110; second += 5) {
      await world.roundAt(second);
      expect(world.reader.ledger.seen.size).toBeLessThanOrEqual(50);
      if (second % 3 === 0) world.restart(world.save());
    }
    expect(world.reader.ledger.totals.breaches).toBe(1_000);
  });
});

describe('whatever happens, the totals are the truth', () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed + 1))('in life %i', async (seed) => {
    const next = random(seed * 7_919);
    const below = (most: number) => Math.floor(next() * most);
    const world = new World({
      pageSize: 5 + below(200),
      overlapMs: 60_000,
      mostSeen: () => 20_000,
    });
    world.ahead = (below(60) - 30) * 60_000;
    const skews = [0, below(20_000), -below(20_000)];
    const truth = nothingYet();
    const length = 600_000 + below(600_000);
    for (let count = 200 + below(800); count > 0; count -= 1) {
      // Never further than the overlap: clocks up to 20 s apart on either side, commits up to 35 s apart.
      const time = START + 40_000 + below(length) + (skews[below(3)] ?? 0);
      const late = () => 20_000 + (below(4) === 0 ? below(35_000) : below(50));
      switch (below(4)) {
        case 0: {
          const completed = below(5) > 0;
          const end = time + below(90_000);
          world.history.instance(
            time,
            end,
            { start: late(), end: late() },
            completed ? 'COMPLETED' : 'INTERNALLY_TERMINATED',
          );
          truth.started += 1;
          if (completed) {
            truth.completed += 1;
            truth.durations.sumMs += end - time;
          } else truth.terminated += 1;
          break;
        }
        case 1: {
          const decision = DECISIONS[below(4)] ?? 'OTHER';
          world.history.ended('check', time, late(), { answer: decision });
          truth.decisions[decision] += 1;
          break;
        }
        case 2:
          world.history.ended('timer', time, late());
          truth.breaches += 1;
          break;
        default:
          world.history.incident(time, late());
          truth.incidents += 1;
      }
    }
    let saved = world.save();
    let shown = 0;
    const sum = ({ started, completed, terminated, incidents, breaches, decisions }: Totals) =>
      [started, completed, terminated, incidents, breaches, ...Object.values(decisions)].reduce(
        (a, b) => a + b,
      );
    while (world.now < START + length + 400_000) {
      world.now += 500 + below(next() < 0.05 ? 300_000 : 15_000);
      const answer = world.history.ask(world.now);
      const fails = below(8) === 0 ? below(12) : Number.POSITIVE_INFINITY;
      let calls = 0;
      await world.reader
        .round(
          async (request) => {
            calls += 1;
            if (calls > fails) throw new Error('failed');
            return answer(request);
          },
          async () => undefined,
        )
        .catch(() => undefined);
      if (fails === Number.POSITIVE_INFINITY) {
        // What is told never falls, whoever tells it.
        expect(sum(world.reader.ledger.totals)).toBeGreaterThanOrEqual(shown);
        shown = sum(world.reader.ledger.totals);
      }
      if (below(3) > 0) saved = world.save();
      // Another process goes on from what was saved last, however long ago.
      if (below(10) === 0) world.restart(saved);
      // Only what a saved account has behind it may go.
      if (below(20) === 0) world.history.cleanUp(decode(saved).account.settled);
    }
    const { durations, ...counts } = world.reader.ledger.totals;
    const { durations: trueDurations, ...trueCounts } = truth;
    expect(counts).toEqual(trueCounts);
    expect(durations.sumMs).toBe(trueDurations.sumMs);
  });
});
