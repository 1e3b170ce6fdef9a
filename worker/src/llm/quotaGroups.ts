/** What the API said of each group of keys: leave it alone, nothing is left of its account, so much is left of its limits. */
import { isOut, type Outage, refusedAgain, tried } from './outage.ts';
import { type RateLimits, remainingCalls } from './rateLimits.ts';

interface Group {
  /** Until when the API asked us to leave it alone. */
  coolUntil?: number;
  limits?: { at: number; said: RateLimits };
  /** The account has no quota left, as the API said to this key: with another one that need not be so. */
  exhausted?: { key: string; outage: Outage };
}

/** Times are on the caller's clock, in milliseconds. */
export class QuotaGroups {
  readonly #groups = new Map<string, Group>();

  leaveAlone(name: string, until: number): void {
    const group = this.#group(name);
    group.coolUntil = Math.max(group.coolUntil ?? 0, until);
  }

  /** How long it is still to be left alone; 0 when it is not. */
  coolingMs(name: string, now: number): number {
    return Math.max(0, (this.#groups.get(name)?.coolUntil ?? 0) - now);
  }

  observed(name: string, said: RateLimits, now: number): void {
    this.#group(name).limits = { at: now, said };
  }

  /** Calls that its limits still let through; undefined where the API did not say. */
  remaining(name: string, tokensPerCall: number, now: number): number | undefined {
    const limits = this.#groups.get(name)?.limits;
    return limits && remainingCalls(limits.said, tokensPerCall, now - limits.at);
  }

  /** @param keys the present keys of the group */
  exhausted(name: string, key: string, keys: readonly string[], now: number): void {
    const outage = refusedAgain(this.#outage(name, keys), now);
    this.#group(name).exhausted = { key, outage };
  }

  /** Whether its account was found without quota, and has not answered since. */
  isExhausted(name: string, keys: readonly string[]): boolean {
    return this.#outage(name, keys) !== undefined;
  }

  /** The same, and it is not yet time to try it again. */
  isOut(name: string, keys: readonly string[], now: number): boolean {
    return isOut(this.#outage(name, keys), now);
  }

  /** The call that is about to be made is the one that tries an account without quota. */
  tries(name: string, now: number): void {
    const { exhausted } = this.#group(name);
    if (exhausted) exhausted.outage = tried(exhausted.outage, now);
  }

  answered(name: string): void {
    delete this.#group(name).exhausted;
  }

  #outage(name: string, keys: readonly string[]): Outage | undefined {
    const exhausted = this.#groups.get(name)?.exhausted;
    return exhausted && keys.includes(exhausted.key) ? exhausted.outage : undefined;
  }

  #group(name: string): Group {
    const group = this.#groups.get(name) ?? {};
    this.#groups.set(name, group);
    return group;
  }
}
