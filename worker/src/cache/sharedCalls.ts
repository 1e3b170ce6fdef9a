/**
 * Identical tickets in flight share one call: in this process by waiting for
 * its promise, across pods by a short lease in Redis whose holder asks while
 * the others look for its answer. A wait always leaves time to ask oneself,
 * and a failure is nobody else's: who waited for it then asks.
 */
import { pause } from '../pause.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { decisionName } from './decisionMemory.ts';
import { type Answer, decode } from './known.ts';
import type { SharedRedis } from './sharedRedis.ts';

export interface SharedCallsOptions {
  redis: SharedRedis | undefined;
  /** Longest time of one call, in milliseconds: a lease lasts a little longer. */
  callMs: number;
  metrics: Pick<Metrics, 'sharedCalls'>;
}

const LOOK_EVERY_MS = 50;
const LEASE_MARGIN_MS = 500;

const leaseName = (question: string): string => `farerules:lease:${question}`;

export class SharedCalls {
  readonly #options: SharedCallsOptions;
  readonly #underWay = new Map<string, Promise<Answer | undefined>>();

  constructor(options: SharedCallsOptions) {
    this.#options = options;
  }

  /**
   * The answer of another's call for the same question, or what `ask` comes to.
   * @param ask makes the call; `answer` undefined where it failed.
   * @param keep puts an answer where other pods find it; it is called before they are told to look for themselves.
   * @param until the deadline, on the clock of `performance.now()`, or a signal that nobody waits any more.
   */
  async run<T>(
    question: string,
    until: { deadline: number; cancelled: AbortSignal | undefined },
    ask: () => Promise<{ answer: Answer | undefined; result: T }>,
    keep: (answer: Answer) => Promise<void>,
  ): Promise<{ shared: Answer; scope: 'process' | 'pods' } | { result: T }> {
    const waitMs = () => until.deadline - performance.now() - this.#options.callMs;
    const underWay = this.#underWay.get(question);
    if (underWay) {
      const shared = await within(underWay, waitMs(), until.cancelled);
      if (shared) return this.#count(shared, 'process');
      return { result: (await this.#askAndKeep(ask, keep)).result };
    }
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    this.#underWay.set(question, promise);
    let answer: Answer | undefined;
    let leased = false;
    try {
      ({ answer, leased } = await this.#askedByAnotherPod(question, waitMs()));
      if (answer) return this.#count(answer, 'pods');
      const asked = await this.#askAndKeep(ask, keep);
      answer = asked.answer;
      return { result: asked.result };
    } finally {
      this.#underWay.delete(question);
      resolve(answer);
      if (leased) void this.#endLease(question);
    }
  }

  #count(shared: Answer, scope: 'process' | 'pods') {
    this.#options.metrics.sharedCalls.inc({ scope });
    return { shared, scope };
  }

  async #askAndKeep<T>(
    ask: () => Promise<{ answer: Answer | undefined; result: T }>,
    keep: (answer: Answer) => Promise<void>,
  ) {
    const asked = await ask();
    if (asked.answer) await keep(asked.answer);
    return asked;
  }

  /**
   * Takes the lease, or waits for the answer of the pod that has it. No answer means that this pod is to ask: it has
   * the lease now, Redis is not there, or there is no more time to wait.
   */
  async #askedByAnotherPod(
    question: string,
    waitMs: number,
  ): Promise<{ answer: Answer | undefined; leased: boolean }> {
    const { redis, callMs } = this.#options;
    const nobody = { answer: undefined, leased: false };
    if (!redis) return nobody;
    const [decision, lease] = [decisionName(question), leaseName(question)];
    const expiration = { type: 'PX', value: callMs + LEASE_MARGIN_MS } as const;
    const until = performance.now() + Math.min(waitMs, callMs + LEASE_MARGIN_MS);
    try {
      do {
        // Both at once: the answer may have come since it was looked for, and a lease that ended is taken over.
        const [taken, text] = await redis.run((client) =>
          Promise.all([client.set(lease, '1', { condition: 'NX', expiration }), client.get(decision)]),
        );
        const known = decode(text, Date.now());
        if (known || taken !== null) return { answer: known, leased: taken !== null };
        await pause(LOOK_EVERY_MS * (0.5 + Math.random()));
      } while (performance.now() < until);
    } catch {
      // Without Redis every pod asks for itself.
    }
    return nobody;
  }

  async #endLease(question: string): Promise<void> {
    await this.#options.redis?.run((client) => client.del(leaseName(question))).catch(() => undefined);
  }
}

/** What the promise brings within `ms` and before the signal, else undefined. */
async function within<T>(
  promise: Promise<T>,
  ms: number,
  cancelled: AbortSignal | undefined,
): Promise<T | undefined> {
  const waiting = new AbortController();
  const signal = cancelled ? AbortSignal.any([waiting.signal, cancelled]) : waiting.signal;
  const tooLate = pause(Math.max(0, ms), signal).then(() => undefined);
  return Promise.race([promise, tooLate]).finally(() => waiting.abort());
}
