/** The exporter's reader on a real engine, with its calls timed. */
import { EngineCaller } from '../../../operator/src/engine/caller.ts';
import { Ledger } from '../../../operator/src/exporter/ledger.ts';
import { Reader } from '../../../operator/src/exporter/reader.ts';
import { encode } from '../../../operator/src/exporter/saved.ts';
import type { Ask } from '../../../operator/src/exporter/slice.ts';
import { nothingYet, type Totals } from '../../../operator/src/exporter/totals.ts';
import { Limiter } from '../../../operator/src/support/limiter.ts';
import { sleep } from '../../support/wait.ts';

export interface Round {
  milliseconds: number;
  calls: number;
  longestCallMs: number;
}

export class MeasuredReader {
  readonly #caller: EngineCaller;
  readonly #reader: Reader;
  readonly #process: string;

  /** @param lookBackMs how much of the past is counted */
  constructor(engine: string, process: string, lookBackMs: number) {
    this.#process = process;
    this.#caller = new EngineCaller({ urls: [engine] }, () => undefined);
    const from = Date.now() - lookBackMs;
    const ledger = new Ledger({ settled: from, newest: from, seen: new Map(), totals: nothingYet() });
    // As the operator sets them.
    const limits = { overlapMs: 120_000, pageSize: 1_000, mostSeen: () => 20_000, timeoutMs: 10_000 };
    const options = { ...limits, pieces: new Limiter(1) };
    const clock = { now: () => performance.now(), wall: () => Date.now() };
    this.#reader = new Reader(process, ledger, options, clock);
  }

  get totals(): Totals {
    return this.#reader.ledger.totals;
  }

  get savedBytes(): number {
    const owner = { engine: '', urls: [], namespaces: [], process: this.#process };
    return encode({ owner, account: this.#reader.ledger }).length;
  }

  async round(): Promise<Round> {
    const start = performance.now();
    let [calls, longestCallMs] = [0, 0];
    let piece = start;
    this.#caller.startRound();
    const ask: Ask = async (request) => {
      const begun = performance.now();
      const { value } = await this.#caller.ask(request);
      calls += 1;
      longestCallMs = Math.max(longestCallMs, performance.now() - begun);
      return value;
    };
    await this.#reader.round(ask, async () => {
      await sleep(Math.min(performance.now() - piece, 1_000));
      piece = performance.now();
    });
    return { milliseconds: performance.now() - start, calls, longestCallMs };
  }

  close(): void {
    this.#caller.close();
  }
}
