/**
 * The API keys in turn. A key that the API refused is passed over while there
 * is another; a rotated key is a new one and has a clean record.
 */
import type { LlmKeyRef } from '@farerules/crds/workerEnv';
import type { Credentials } from '../credentials.ts';

export interface ApiKey {
  key: string;
  /** Keys of one group share the limits of one account. */
  quotaGroup: string;
}

export class ApiKeys {
  readonly #credentials: Credentials;
  readonly #refs: readonly LlmKeyRef[];
  readonly #fallback: string | undefined;
  readonly #refused = new Set<string>();
  #turn = 0;

  /** @param fallback the key from the environment, used where no file holds one. */
  constructor(credentials: Credentials, refs: readonly LlmKeyRef[], fallback: string | undefined) {
    this.#credentials = credentials;
    this.#refs = refs;
    this.#fallback = fallback;
  }

  /** Round robin over the usable keys; over all of them when none is, since a refusal may be over. */
  next(): ApiKey | undefined {
    const keys = this.#current();
    const usable = keys.filter(({ key }) => !this.#refused.has(key));
    const candidates = usable.length > 0 ? usable : keys;
    return candidates[this.#turn++ % candidates.length];
  }

  accepted(key: string): void {
    this.#refused.delete(key);
  }

  /**
   * Notes that the API refused this key and looks whether the files hold
   * another by now. True when there is a key that has not been refused.
   */
  async refused(key: string): Promise<boolean> {
    this.#refused.add(key);
    await this.#credentials.reload();
    const keys = this.#current().map((current) => current.key);
    for (const old of this.#refused) if (!keys.includes(old)) this.#refused.delete(old);
    return keys.some((current) => !this.#refused.has(current));
  }

  #current(): ApiKey[] {
    const keys = this.#refs.flatMap(({ file, quotaGroup }) => {
      const key = this.#credentials.get(file);
      return key ? [{ key, quotaGroup }] : [];
    });
    if (keys.length > 0 || !this.#fallback) return keys;
    return [{ key: this.#fallback, quotaGroup: 'default' }];
  }
}
