/** Which nodes of an engine are asked, and in which order: failing ones are left alone until one call tells. */
import { backoffMs } from './schedule.ts';

/** Nodes that one call may try: with the time-out of each, it is over before the last value is stale. */
const TRIES = 2;
/** A node that no call needs is visited this often, so that it is known whether it would answer. */
const VISIT_EVERY_MS = 60_000;
/** A node that has answered is believed to for this long: it may be away for a while. */
const BELIEVED_MS = 600_000;

interface NodeState {
  failures: number;
  /** When a failing node may be tried again. */
  retryAt: number;
  failedAt: number;
  /** Whether a call was made to it whose end is known. */
  asked: boolean;
  /** When it gave an answer last that is no refusal; undefined before it ever did. */
  answeredAt?: number;
}

const HEALTHY: NodeState = { failures: 0, retryAt: 0, failedAt: 0, asked: false };

export class Nodes {
  private readonly states: Map<string, NodeState>;
  private readonly visitedAt = new Map<string, number>();
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

  /** Healthy nodes to visit by one call now: the first one does the work, the others may never be asked. */
  takeUnvisited(now: number): string[] {
    const healthy = [...this.states].filter(([, { failures }]) => failures === 0).slice(1);
    const unvisited = healthy
      .map(([url]) => url)
      .filter((url) => now - (this.visitedAt.get(url) ?? Number.NEGATIVE_INFINITY) >= VISIT_EVERY_MS);
    for (const url of unvisited) this.visitedAt.set(url, now);
    return unvisited;
  }

  /** Nodes that were asked and have not answered for long, or never: one that was not asked yet is none of them. */
  silent(now: number): string[] {
    return [...this.states]
      .filter(([, { asked, answeredAt }]) => asked && !isBelieved(answeredAt, now))
      .map(([url]) => url);
  }

  /** @param now ms since the epoch; left out where an answer came that may be a refusal */
  succeeded(url: string, now = this.states.get(url)?.answeredAt): void {
    this.states.set(url, { ...HEALTHY, asked: true, ...(now !== undefined && { answeredAt: now }) });
  }

  /** @param now ms since the epoch */
  failed(url: string, now: number): void {
    const { failures, retryAt, answeredAt } = this.states.get(url) ?? HEALTHY;
    // Calls that ran side by side fail together: that is one failure.
    const counted = failures > 0 && now < retryAt;
    this.states.set(url, {
      failures: counted ? failures : failures + 1,
      retryAt: counted ? retryAt : now + backoffMs(failures + 1, this.random()),
      failedAt: now,
      asked: true,
      ...(answeredAt !== undefined && { answeredAt }),
    });
  }
}

/** Whether an answer of that time still says that the engine gives answers. Both in ms since the epoch. */
export const isBelieved = (answeredAt: number | undefined, now: number): boolean =>
  answeredAt !== undefined && now - answeredAt <= BELIEVED_MS;
