/**
 * The API keys in their quota groups, and what is known of each: which the API
 * refused, which account has no quota left, which group is to be left alone for
 * how long and what its limits still let through. A rotated key is a new one
 * and has a clean record.
 */
import type { LlmKeyRef } from '@farerules/crds/workerEnv';
import type { Credentials } from '../credentials.ts';
import { chooseGroup, type GroupState } from './keyChoice.ts';
import { isOut, type Outage, refusedAgain, tried } from './outage.ts';
import { type RateLimits, remainingCalls } from './rateLimits.ts';

export interface ApiKey {
  key: string;
  /** Keys of one group share the limits of one account. */
  quotaGroup: string;
}

export type KeyState = 'usable' | 'cooling' | 'refused' | 'exhausted';

/** What the pacing of calls knows of the groups. */
export interface Pacing {
  queueMs(quotaGroup: string): number;
  tokensPerCall: number;
}

interface IndexedKey extends ApiKey {
  /** In the order of the configuration. */
  index: number;
}

interface Group {
  /** Until when the API asked us to leave it alone. */
  coolUntil?: number;
  limits?: { at: number; said: RateLimits };
  /** The account has no quota left, as the API said to this key: with another one that need not be so. */
  exhausted?: { key: string; outage: Outage };
}

export class ApiKeys {
  readonly #credentials: Credentials;
  readonly #refs: readonly LlmKeyRef[];
  readonly #fallback: string | undefined;
  /** By the key. */
  readonly #refused = new Map<string, Outage>();
  readonly #groups = new Map<string, Group>();
  readonly #now: () => number;
  #turn = 0;

  /**
   * @param fallback the key from the environment, used where no file holds one
   * @param now a clock, milliseconds
   */
  constructor(
    credentials: Credentials,
    refs: readonly LlmKeyRef[],
    fallback: string | undefined,
    now: () => number = () => performance.now(),
  ) {
    this.#now = now;
    this.#credentials = credentials;
    this.#refs = refs;
    this.#fallback = fallback;
  }

  /** Whether there is a key at all. */
  get any(): boolean {
    return this.#current().length > 0;
  }

  /** The key for the next call, or how long all of them are to be left alone; undefined without keys. */
  next({ queueMs, tokensPerCall }: Pacing): ApiKey | { waitMs: number } | undefined {
    const now = this.#now();
    const keys = this.#current();
    const groups = [...new Set(keys.map(({ quotaGroup }) => quotaGroup))].map(
      (quotaGroup): GroupState => ({
        quotaGroup,
        usable: keys.some((key) => key.quotaGroup === quotaGroup && this.#isUsable(key, keys, now)),
        coolingMs: this.#coolingMs(quotaGroup, now),
        queueMs: queueMs(quotaGroup),
        remaining: this.#remaining(quotaGroup, tokensPerCall, now),
      }),
    );
    const choice = chooseGroup(groups, Math.random());
    if (!choice || 'waitMs' in choice) return choice;
    const own = keys.filter(({ quotaGroup }) => quotaGroup === choice.group.quotaGroup);
    const usable = own.filter((key) => this.#isUsable(key, keys, now));
    const candidates = usable.length > 0 ? usable : own;
    const chosen = candidates[this.#turn++ % candidates.length];
    if (chosen) this.#try(chosen, now);
    return chosen;
  }

  /** Groups that a call may be made to now; none while all are to be left alone. */
  openGroups(): string[] {
    const now = this.#now();
    const keys = this.#current();
    const usable = keys.filter((key) => this.#isUsable(key, keys, now));
    const groups = (usable.length > 0 ? usable : keys).map(({ quotaGroup }) => quotaGroup);
    return [...new Set(groups)].filter((group) => this.#coolingMs(group, now) === 0);
  }

  isCooling(quotaGroup: string): boolean {
    return this.#coolingMs(quotaGroup, this.#now()) > 0;
  }

  /** The API took this key and answered. */
  accepted({ key, quotaGroup }: ApiKey): void {
    this.#refused.delete(key);
    delete this.#group(quotaGroup).exhausted;
  }

  /**
   * Notes that the API refused this key and looks whether the files hold
   * another by now. True when there is a key that has not been refused.
   */
  async refused({ key }: ApiKey): Promise<boolean> {
    this.#refused.set(key, refusedAgain(this.#refused.get(key), this.#now()));
    await this.#credentials.reload();
    const keys = this.#current();
    for (const old of this.#refused.keys())
      if (!keys.some(({ key }) => key === old)) this.#refused.delete(old);
    return this.#anyUsable(keys);
  }

  /** Notes that the account of this key has no quota left. True when there is a key of another account. */
  exhausted({ key, quotaGroup }: ApiKey): boolean {
    const keys = this.#current();
    const outage = refusedAgain(this.#exhaustedNow(quotaGroup, keys), this.#now());
    this.#group(quotaGroup).exhausted = { key, outage };
    return this.#anyUsable(keys);
  }

  /** The API asked to leave this group alone for so long. True when there is another that may be called. */
  limited(quotaGroup: string, coolDownMs: number): boolean {
    const group = this.#group(quotaGroup);
    group.coolUntil = Math.max(group.coolUntil ?? 0, this.#now() + coolDownMs);
    return this.openGroups().length > 0;
  }

  /** What the API said of the group's limits. */
  observed(quotaGroup: string, said: RateLimits): void {
    this.#group(quotaGroup).limits = { at: this.#now(), said };
  }

  /** What is known of each key, in the order of the configuration; never the key itself. */
  states(): { index: number; quotaGroup: string; state: KeyState }[] {
    const now = this.#now();
    const keys = this.#current();
    return keys.map(({ index, key, quotaGroup }) => {
      const refused = this.#refused.has(key) && 'refused';
      const exhausted = this.#exhaustedNow(quotaGroup, keys) && 'exhausted';
      const cooling = this.#coolingMs(quotaGroup, now) > 0 && 'cooling';
      return { index, quotaGroup, state: refused || exhausted || cooling || 'usable' };
    });
  }

  #anyUsable(keys: readonly ApiKey[]): boolean {
    const now = this.#now();
    return keys.some((key) => this.#isUsable(key, keys, now));
  }

  #isUsable({ key, quotaGroup }: ApiKey, keys: readonly ApiKey[], now: number): boolean {
    return !isOut(this.#refused.get(key), now) && !isOut(this.#exhaustedNow(quotaGroup, keys), now);
  }

  #exhaustedNow(quotaGroup: string, keys: readonly ApiKey[]): Outage | undefined {
    const exhausted = this.#groups.get(quotaGroup)?.exhausted;
    return exhausted && keys.some(({ key }) => key === exhausted.key) ? exhausted.outage : undefined;
  }

  /** The call that is about to be made is the one that tries what was refused. */
  #try({ key, quotaGroup }: ApiKey, now: number): void {
    const refused = this.#refused.get(key);
    if (refused) this.#refused.set(key, tried(refused, now));
    const { exhausted } = this.#group(quotaGroup);
    if (exhausted) exhausted.outage = tried(exhausted.outage, now);
  }

  #coolingMs(quotaGroup: string, now: number): number {
    return Math.max(0, (this.#groups.get(quotaGroup)?.coolUntil ?? 0) - now);
  }

  #remaining(quotaGroup: string, tokensPerCall: number, now: number): number | undefined {
    const limits = this.#groups.get(quotaGroup)?.limits;
    return limits && remainingCalls(limits.said, tokensPerCall, now - limits.at);
  }

  #group(quotaGroup: string): Group {
    const group = this.#groups.get(quotaGroup) ?? {};
    this.#groups.set(quotaGroup, group);
    return group;
  }

  #current(): IndexedKey[] {
    const keys = this.#refs.flatMap(({ file, quotaGroup }, index) => {
      const key = this.#credentials.get(file);
      return key ? [{ index, key, quotaGroup }] : [];
    });
    if (keys.length > 0 || !this.#fallback) return keys;
    return [{ index: 0, key: this.#fallback, quotaGroup: 'default' }];
  }
}
