/**
 * The API keys in their quota groups: which one the next call takes, and what
 * is known of each. A rotated key is a new one and has a clean record.
 */
import type { LlmKeyRef } from '@farerules/crds/workerEnv';
import type { Credentials } from '../credentials.ts';
import { chooseGroup, type GroupState } from './keyChoice.ts';
import { isOut, type Outage, refusedAgain, tried } from './outage.ts';
import { QuotaGroups } from './quotaGroups.ts';
import type { RateLimits } from './rateLimits.ts';

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

export class ApiKeys {
  readonly #credentials: Credentials;
  readonly #refs: readonly LlmKeyRef[];
  readonly #fallback: string | undefined;
  readonly #now: () => number;
  /** Keys that the API did not accept. */
  readonly #refused = new Map<string, Outage>();
  readonly #groups = new QuotaGroups();
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
    this.#credentials = credentials;
    this.#refs = refs;
    this.#fallback = fallback;
    this.#now = now;
  }

  /** Whether there is a key at all. */
  get any(): boolean {
    return this.#current().length > 0;
  }

  /** The key for the next call, or how long all of them are to be left alone; undefined without keys. */
  next({ queueMs, tokensPerCall }: Pacing): ApiKey | { waitMs: number } | undefined {
    const now = this.#now();
    const keys = this.#current();
    const usable = this.#usable(keys, now);
    const groups = namesOf(keys).map(
      (quotaGroup): GroupState => ({
        quotaGroup,
        usable: usable.some((key) => key.quotaGroup === quotaGroup),
        coolingMs: this.#groups.coolingMs(quotaGroup, now),
        queueMs: queueMs(quotaGroup),
        remaining: this.#groups.remaining(quotaGroup, tokensPerCall, now),
      }),
    );
    const choice = chooseGroup(groups, Math.random());
    if (!choice || 'waitMs' in choice) return choice;
    const { quotaGroup, usable: some } = choice.group;
    const candidates = (some ? usable : keys).filter((key) => key.quotaGroup === quotaGroup);
    const chosen = candidates[this.#turn++ % candidates.length];
    if (chosen) this.#tries(chosen, now);
    return chosen;
  }

  /** Groups that a call may be made to now; none while all are to be left alone. */
  openGroups(): string[] {
    const now = this.#now();
    const keys = this.#current();
    const usable = this.#usable(keys, now);
    const open = namesOf(usable.length > 0 ? usable : keys);
    return open.filter((group) => this.#groups.coolingMs(group, now) === 0);
  }

  isCooling(quotaGroup: string): boolean {
    return this.#groups.coolingMs(quotaGroup, this.#now()) > 0;
  }

  /** The API took this key and answered. */
  accepted({ key, quotaGroup }: ApiKey): void {
    this.#refused.delete(key);
    this.#groups.answered(quotaGroup);
  }

  /**
   * Notes that the API refused this key and looks whether the files hold
   * another by now. True when there is a key that has not been refused.
   */
  async refused({ key }: ApiKey): Promise<boolean> {
    this.#refused.set(key, refusedAgain(this.#refused.get(key), this.#now()));
    await this.#credentials.reload();
    const present = this.#current().map((current) => current.key);
    for (const old of this.#refused.keys()) if (!present.includes(old)) this.#refused.delete(old);
    return this.#anyUsable();
  }

  /** Notes that the account of this key has no quota left. True when there is a key of another account. */
  exhausted({ key, quotaGroup }: ApiKey): boolean {
    this.#groups.exhausted(quotaGroup, key, keysOf(quotaGroup, this.#current()), this.#now());
    return this.#anyUsable();
  }

  /** The API asked to leave this group alone for so long. True when there is another that may be called. */
  limited(quotaGroup: string, coolDownMs: number): boolean {
    this.#groups.leaveAlone(quotaGroup, this.#now() + coolDownMs);
    return this.openGroups().length > 0;
  }

  /** What the API said of the group's limits. */
  observed(quotaGroup: string, said: RateLimits): void {
    this.#groups.observed(quotaGroup, said, this.#now());
  }

  /** What is known of each key, in the order of the configuration; never the key itself. */
  states(): { index: number; quotaGroup: string; state: KeyState }[] {
    const now = this.#now();
    const keys = this.#current();
    return keys.map(({ index, key, quotaGroup }) => {
      const refused = this.#refused.has(key) && 'refused';
      const exhausted = this.#groups.isExhausted(quotaGroup, keysOf(quotaGroup, keys)) && 'exhausted';
      const cooling = this.#groups.coolingMs(quotaGroup, now) > 0 && 'cooling';
      return { index, quotaGroup, state: refused || exhausted || cooling || 'usable' };
    });
  }

  #anyUsable(): boolean {
    return this.#usable(this.#current(), this.#now()).length > 0;
  }

  #usable(keys: readonly IndexedKey[], now: number): IndexedKey[] {
    return keys.filter(
      ({ key, quotaGroup }) =>
        !isOut(this.#refused.get(key), now) && !this.#groups.isOut(quotaGroup, keysOf(quotaGroup, keys), now),
    );
  }

  /** The call that is about to be made is the one that tries what was refused. */
  #tries({ key, quotaGroup }: ApiKey, now: number): void {
    const refused = this.#refused.get(key);
    if (refused) this.#refused.set(key, tried(refused, now));
    this.#groups.tries(quotaGroup, now);
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

const namesOf = (keys: readonly ApiKey[]): string[] => [...new Set(keys.map(({ quotaGroup }) => quotaGroup))];

const keysOf = (quotaGroup: string, keys: readonly ApiKey[]): string[] =>
  keys.flatMap((other) => (other.quotaGroup === quotaGroup ? [other.key] : []));
