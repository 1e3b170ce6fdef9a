/**
 * When calls may start: the quotas of all groups that have one, stated or told
 * by the API, what a call takes of them, and how many tasks it is worth
 * fetching for them.
 */
import type { Usage } from '../llm/price.ts';
import { GroupQuota, type GroupQuotaOptions, type Permit } from './groupQuota.ts';
import { charged, estimate, firstEstimate, learned, type TokenEstimate } from './tokens.ts';

export interface PacerOptions {
  quotas: readonly ({ group: string } & GroupQuotaOptions['limits'])[];
  /** Most tokens that an answer may have. */
  outputLimit: number;
  sharers: () => number;
  /** How the buckets of a group are shared; undefined where there is no Redis. */
  shared: (group: string) => GroupQuotaOptions['shared'];
  /** The groups that a call may be made to now. */
  openGroups: () => string[];
}

/** How often it is looked whether calls may start again. */
const LOOK_MS = 50;
const FREE: Permit = { used: () => undefined, unused: () => undefined };

export class Pacer {
  readonly #quotas: Map<string, GroupQuota>;
  readonly #newQuota: (group: string, limits: GroupQuotaOptions['limits']) => GroupQuota;
  readonly #openGroups: () => string[];
  readonly #listeners: (() => void)[] = [];
  #tokens: TokenEstimate;
  #timer: NodeJS.Timeout | undefined;

  constructor({ quotas, outputLimit, sharers, shared, openGroups }: PacerOptions) {
    this.#newQuota = (group, limits) => new GroupQuota({ limits, sharers, shared: shared(group) });
    this.#quotas = new Map(quotas.map(({ group, ...limits }) => [group, this.#newQuota(group, limits)]));
    this.#openGroups = openGroups;
    this.#tokens = firstEstimate(outputLimit);
  }

  /**
   * Waits until a call with a prompt of so many characters may start.
   * @returns undefined where it may not within `maxWaitMs`, and when the signal ends the wait
   */
  async acquire(
    group: string,
    characters: number,
    maxWaitMs: number,
    signal?: AbortSignal,
  ): Promise<Permit | undefined> {
    const quota = this.#quotas.get(group);
    return quota ? quota.acquire(estimate(this.#tokens, characters), maxWaitMs, signal) : FREE;
  }

  /** A call used so much. */
  answered(permit: Permit, characters: number, usage: Usage | undefined): void {
    if (!usage) return;
    permit.used(charged(this.#tokens, usage.inputTokens + usage.outputTokens));
    this.#tokens = learned(this.#tokens, characters, usage);
  }

  /** The API's own limits of a group; a group without a quota has one from then on. */
  learn(group: string, limits: GroupQuotaOptions['limits']): void {
    if (limits.requestsPerMinute === undefined && limits.tokensPerMinute === undefined) return;
    const quota = this.#quotas.get(group) ?? this.#newQuota(group, {});
    quota.learn(limits);
    this.#quotas.set(group, quota);
  }

  queueMs(group: string): number {
    return this.#quotas.get(group)?.queueMs() ?? 0;
  }

  /** Tokens of one call as measured; before that a number that only compares groups. */
  get tokensPerCall(): number {
    return this.#tokens.perCall ?? estimate(this.#tokens, 500);
  }

  /** Calls that may start soon, beyond those that wait already; `Infinity` where nothing limits them. */
  allowance(): number {
    const calls = this.#openGroups()
      .map((group) => this.#quotas.get(group)?.startable(this.tokensPerCall) ?? Number.POSITIVE_INFINITY)
      .reduce((sum, each) => sum + each, 0);
    if (calls < 1) this.#lookAgain();
    return calls;
  }

  /** Calls `listener` whenever there may be more. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #lookAgain(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener();
    }, LOOK_MS).unref();
  }
}
