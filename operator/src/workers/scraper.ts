/**
 * Knows what the worker pods of every pool measure, while this process leads:
 * asks them in rounds, and keeps the answers of the last minute. A pod that
 * does not answer is unknown; the others still count.
 */
import { METRICS_PORT } from '../../../crds/src/workerEnv.ts';
import { errorCode } from '../errors.ts';
import type { Pod } from '../pool/objects.ts';
import type { WorkerStats } from '../pool/observation.ts';
import { Limiter } from '../support/limiter.ts';
import { metrics } from '../telemetry/metrics.ts';
import { aggregate, lasting, type PodSample, WINDOW_MS } from './aggregate.ts';
import { isNews } from './news.ts';
import { addresses, running } from './pods.ts';
import { delayMs, type Pace } from './schedule.ts';
import { scrapePod } from './scrape.ts';
import {
  book,
  type CostReading,
  type Ledger,
  openLedger,
  roundedSpending,
  type Spending,
  spentUSD,
} from './spending.ts';

/** Pods asked at the same time, of all pools together. */
const CONCURRENCY = 32;

export interface ScrapeTarget {
  /** Tells a pool from an earlier one of the same name. */
  uid: string;
  pods: readonly Pod[];
  /** Whether the pool has work, or more pods than it needs. */
  busy: boolean;
  /** What the pool's status says was spent; looked at once. */
  spending: Spending | undefined;
  /** In which the budget's day begins; undefined while it cannot be read. */
  timeZone: string | undefined;
}

interface Tracked {
  target: ScrapeTarget;
  history: Map<string, PodSample[]>;
  ledger: Ledger;
  /** Measurements that hold also when there are no calls. */
  lasting: WorkerStats;
  told: WorkerStats;
  /** Rounds in a row in which no pod answered. */
  failures: number;
  rounds: number;
  /** Whether a round is under way. */
  asking: boolean;
  next?: { at: number; timer: NodeJS.Timeout };
}

export class WorkerScraper {
  private readonly tracked = new Map<string, Tracked>();
  private readonly limiter = new Limiter(CONCURRENCY);
  private readonly stopping = new AbortController();
  private readonly onNews: (key: string) => void;
  private readonly port: number;
  private readonly delay: (pace: Pace) => number;

  /**
   * @param onNews called with the pool's key when its measurements changed enough to matter
   * @param options.port that the workers serve their metrics on
   * @param options.delay milliseconds until the next round
   */
  constructor(
    onNews: (key: string) => void,
    {
      port = METRICS_PORT,
      delay = (pace) => delayMs(pace, Math.random()),
    }: { port?: number; delay?: (pace: Pace) => number } = {},
  ) {
    this.onNews = onNews;
    this.port = port;
    this.delay = delay;
  }

  /** Asks the pods of a pool from now on, or changes which and how often. */
  track(key: string, target: ScrapeTarget): void {
    let tracked = this.tracked.get(key);
    if (tracked?.target.uid !== target.uid) {
      this.forget(key);
      tracked = {
        target,
        history: new Map(),
        ledger: openLedger(target.spending),
        lasting: {},
        told: {},
        failures: 0,
        rounds: 0,
        asking: false,
      };
      this.tracked.set(key, tracked);
    }
    tracked.target = { ...target, timeZone: target.timeZone ?? tracked.target.timeZone };
    this.schedule(key, tracked);
  }

  forget(key: string): void {
    clearTimeout(this.tracked.get(key)?.next?.timer);
    this.tracked.delete(key);
  }

  stop(): void {
    this.stopping.abort();
    for (const key of [...this.tracked.keys()]) this.forget(key);
  }

  /** What is known now. */
  stats(key: string): WorkerStats {
    const tracked = this.tracked.get(key);
    if (!tracked) return {};
    const now = Date.now();
    const { spending } = tracked.ledger;
    const spent = spentUSD(spending, now, zoneOf(tracked));
    return {
      ...tracked.lasting,
      ...aggregate(tracked.history, now),
      ...(spending && { spending: roundedSpending(spending) }),
      ...(spent && { spentUSD: spent }),
    };
  }

  /** Plans the next round; one that is to come earlier anyway stays. */
  private schedule(key: string, tracked: Tracked): void {
    const { target, history, failures, rounds, next } = tracked;
    if (tracked.asking) return;
    // What was measured grows old also when there is nobody left to ask.
    if (target.pods.length === 0 && history.size === 0) return;
    const delay = this.delay({ busy: target.busy, failures, first: rounds === 0 });
    const at = Date.now() + delay;
    if (next && next.at <= at) return;
    clearTimeout(next?.timer);
    tracked.next = { at, timer: setTimeout(() => void this.round(key, tracked), delay) };
  }

  /** Asks all pods of a pool once. Never throws. */
  private async round(key: string, tracked: Tracked): Promise<void> {
    delete tracked.next;
    tracked.asking = true;
    const asked = addresses(tracked.target.pods);
    const costs = new Map<string, CostReading>();
    const answers = await Promise.all(
      asked.map(({ pod, address }) => this.limiter.run(() => this.ask(tracked, costs, pod, address))),
    );
    tracked.asking = false;
    if (this.tracked.get(key) !== tracked) return;
    const now = Date.now();
    tracked.rounds += 1;
    tracked.failures = asked.length > 0 && !answers.includes(true) ? tracked.failures + 1 : 0;
    dropOld(tracked.history, now);
    tracked.lasting = lasting(tracked.lasting, aggregate(tracked.history, now));
    // Also what a pod said that has gone since it was asked.
    const spenders = new Set([...running(tracked.target.pods), ...costs.keys()]);
    tracked.ledger = book(tracked.ledger, costs, [...spenders], now, zoneOf(tracked));
    this.tell(key, tracked);
    this.schedule(key, tracked);
  }

  /** @returns whether the pod answered */
  private async ask(
    { history }: Tracked,
    costs: Map<string, CostReading>,
    pod: string,
    address: string,
  ): Promise<boolean> {
    if (this.stopping.signal.aborted) return false;
    const at = Date.now();
    try {
      const reading = await scrapePod(address, this.port, this.stopping.signal);
      history.set(pod, [...(history.get(pod) ?? []), { at, reading }]);
      const { costUSD } = reading.totals;
      if (costUSD !== undefined) costs.set(pod, { at, costUSD, startedAt: reading.startedAt });
      metrics.scrapes.inc({ result: 'ok' });
      return true;
    } catch (error) {
      metrics.scrapes.inc({ result: errorCode(error) });
      return false;
    }
  }

  private tell(key: string, tracked: Tracked): void {
    const stats = this.stats(key);
    if (!isNews(tracked.told, stats)) return;
    tracked.told = stats;
    this.onNews(key);
  }
}

const zoneOf = ({ target }: Tracked): string => target.timeZone ?? 'UTC';

function dropOld(history: Map<string, PodSample[]>, now: number): void {
  for (const [pod, samples] of history) {
    const recent = samples.filter(({ at }) => at >= now - WINDOW_MS);
    if (recent.length > 0) history.set(pod, recent);
    else history.delete(pod);
  }
}
