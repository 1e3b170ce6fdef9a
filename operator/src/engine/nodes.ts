/** Which nodes of an engine are asked, and in which order: failing ones are left alone until one call tells. */
import { backoffMs } from './schedule.ts';

/** Nodes that one call may try: with the time-out of each, it is over before the last value is stale. */
const TRIES = 2;

interface NodeState {
  failures: number;
  /** When a failing node may be tried again. */
  retryAt: number;
  failedAt: number;
}

const HEALTHY: NodeState = { failures: 0, retryAt: 0, failedAt: 0 };

export class Nodes {
  private readonly states: Map<string, NodeState>;
  private readonly random: () => number;

  /** @param random a number in [0, 1) */
  constructor(urls: readonly string[], random: () => number = Math.random) {
    this.states = new Map(urls.map((url) => [url, HEALTHY]));
    this.random = random;
  }

  /** Nodes to try for one call, best first. While all fail it is the one whose failure is the oldest. */
  candidates(): string[] {
    const healthy = [...this.states].filter(([, { failures }]) => failures === 0);
    if (healthy.length > 0) return healthy.slice(0, TRIES).map(([url]) => url);
    const [oldest] = [...this.states].sort(([, a], [, b]) => a.failedAt - b.failedAt);
    return oldest ? [oldest[0]] : [];
  }

  /** Failing nodes that are to be tried by one call now, beside healthy ones that do the work. */
  takeDue(now: number): string[] {
    const due = [...this.states].filter(([, { failures, retryAt }]) => failures > 0 && retryAt <= now);
    for (const [url] of due) this.failed(url, now);
    return due.map(([url]) => url);
  }

  succeeded(url: string): void {
    this.states.set(url, HEALTHY);
  }

  /** @param now ms since the epoch */
  failed(url: string, now: number): void {
    const { failures, retryAt } = this.states.get(url) ?? HEALTHY;
    // Calls that ran side by side fail together: that is one failure.
    const counted = failures > 0 && now < retryAt;
    this.states.set(url, {
      failures: counted ? failures : failures + 1,
      retryAt: counted ? retryAt : now + backoffMs(failures + 1, this.random()),
      failedAt: now,
    });
  }
}
