/**
 * The accounts, kept in one ConfigMap of the operator's namespace. Only the
 * leader writes it, and only the version that it read: when somebody else has
 * written in between, what this process knows is thrown away and read anew,
 * totals and all, which costs another look at the last minutes of history and
 * loses nothing.
 */
import { createHash } from 'node:crypto';
import { errorMessage, KubeError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import type { KubeObject } from '../pool/objects.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KnownEngine } from './engines.ts';
import { Ledger } from './ledger.ts';
import { decode, encode, type Owner } from './saved.ts';
import { nothingYet } from './totals.ts';

/** Accounts that no pool needs are kept for so long: a pool may come back. */
const KEPT_UNUSED_MS = 30 * 86_400_000;
/** A moved `settled` alone is worth a write when it saves reading so much again. */
const WORTH_SAVING_MS = 600_000;
/** Before the key of an account that could not be read: what was saved is kept beside the one that begins again. */
const UNREADABLE = 'unreadable.';
/** Of a ConfigMap's 1 MiB. Beyond, what cannot be read goes, so that what is counted can be saved. */
const ROOM = 900_000;

export interface BookConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export interface BookOptions {
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  log: Logger;
  namespace: string;
  name: string;
  /** Role in that namespace that takes the ConfigMap with it when the operator is uninstalled. Left out: it stays. */
  ownerName?: string | undefined;
}

interface Entry {
  owner: Owner;
  ledger: Ledger;
  unusedSince?: number | undefined;
  /** What was saved of it. */
  saved?: { version: number; settled: number; about: string };
}

export class Book {
  private readonly options: BookOptions;
  private entries = new Map<string, Entry>();
  private unreadable = new Map<string, string>();
  private live: BookConfigMap | undefined;
  private readonly inUse = new Set<string>();
  /** Ms of `performance.now()` at which the accounts were saved last, or found to be as they were saved. */
  savedAt: number | undefined;

  constructor(options: BookOptions) {
    this.options = options;
  }

  /** Reads the accounts. @throws KubeError */
  async load(): Promise<void> {
    const { client, log, name, namespace } = this.options;
    this.live = await client.get<BookConfigMap>(KINDS.configMap, name, namespace);
    const entries = new Map<string, Entry>();
    const unreadable = new Map<string, string>();
    for (const [key, text] of Object.entries(this.live?.data ?? {})) {
      if (key.startsWith(UNREADABLE)) {
        if (!unreadable.has(key)) unreadable.set(key, text);
        continue;
      }
      try {
        const { owner, account, unusedSince } = decode(text);
        const ledger = new Ledger(account);
        const saved = { version: ledger.version, settled: ledger.settled, about: about(owner, unusedSince) };
        entries.set(key, { owner, ledger, unusedSince, saved });
      } catch (error) {
        const kept = UNREADABLE + key;
        unreadable.set(kept, text);
        log.error('account not readable: it begins again', {
          account: key,
          kept,
          error: errorMessage(error),
        });
      }
    }
    // What was never saved is known to nobody else: it would begin again from now, without what was counted until here.
    for (const [key, entry] of this.entries) {
      if (entry.saved === undefined && !entries.has(key)) entries.set(key, entry);
    }
    this.entries = entries;
    this.unreadable = unreadable;
    this.savedAt = performance.now();
  }

  get size(): number {
    return this.entries.size;
  }

  /** Each engine as the account of it says that was needed last. */
  engines(): KnownEngine[] {
    const known = new Map<string, KnownEngine>();
    for (const { owner, unusedSince } of [...this.entries.values()].sort(lastUsedLast)) {
      const { engine: name, urls, namespaces } = owner;
      known.set(name, { name, urls, namespaces, unusedSince });
    }
    return [...known.values()];
  }

  /** The account of a process, opened if need be. @param from its `settled`, when it is new */
  ledger(owner: Owner, from: number): Ledger {
    const key = accountKey(owner);
    this.inUse.add(key);
    const entry = this.entries.get(key);
    if (entry) {
      entry.owner = owner;
      entry.unusedSince = undefined;
      return entry.ledger;
    }
    const ledger = new Ledger({ settled: from, newest: from, seen: new Map(), totals: nothingYet() });
    this.entries.set(key, { owner, ledger });
    return ledger;
  }

  /** No pool needs this account any more. */
  release(owner: Owner): void {
    this.inUse.delete(accountKey(owner));
  }

  /**
   * Writes what has changed.
   * @param now ms since the epoch
   * @param closing this process ends
   * @returns whether the accounts in memory are still the ones to go on with
   * @throws KubeError, OperatorError
   */
  async save(now: number, { closing = false } = {}): Promise<boolean> {
    // A process that ends releases all accounts; its successor needs them.
    if (!closing) this.age(now);
    if (!this.changed()) {
      this.savedAt = performance.now();
      return true;
    }
    const states = [...this.entries.values()].map((entry) => ({ entry, saved: stateOf(entry) }));
    const data = Object.fromEntries(
      [...this.entries].map(([key, { owner, ledger, unusedSince }]) => [
        key,
        encode({ owner, account: ledger, unusedSince }),
      ]),
    );
    try {
      this.live = await this.write(this.withUnreadable(data));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 404 && this.live) {
        // Somebody deleted it: what is known is written anew.
        this.live = undefined;
        return this.save(now, { closing });
      }
      if (error.status !== 409) throw error;
      this.options.log.warn('accounts were written by somebody else: reading them again');
      await this.load();
      return false;
    }
    for (const { entry, saved } of states) entry.saved = saved;
    this.savedAt = performance.now();
    return true;
  }

  private async write(data: Record<string, string>): Promise<BookConfigMap> {
    const { client, name, namespace, ownerName } = this.options;
    const owner = ownerName ? await client.get(KINDS.role, ownerName, namespace) : undefined;
    const { uid } = owner?.metadata ?? {};
    const ownerReferences =
      owner && uid
        ? [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid }]
        : [];
    if (this.live) {
      // Also what an earlier operator made, whose owner was another object: with that one it would go.
      const metadata = { ...this.live.metadata, ...(owner && { ownerReferences }) };
      return client.replace<BookConfigMap>({ ...this.live, metadata, data });
    }
    const { apiVersion, kind } = KINDS.configMap;
    return client.create<BookConfigMap>({
      apiVersion,
      kind,
      metadata: { name, namespace, ownerReferences },
      data,
    });
  }

  private withUnreadable(data: Record<string, string>): Record<string, string> {
    let length = Object.values(data).reduce((sum, text) => sum + text.length, 0);
    const all = { ...data };
    for (const [key, text] of this.unreadable) {
      length += text.length;
      if (length > ROOM) this.unreadable.delete(key);
      else all[key] = text;
    }
    return all;
  }

  private age(now: number): void {
    for (const [key, entry] of this.entries) {
      if (this.inUse.has(key)) entry.unusedSince = undefined;
      else entry.unusedSince ??= now;
      if (entry.unusedSince !== undefined && now - entry.unusedSince > KEPT_UNUSED_MS)
        this.entries.delete(key);
    }
  }

  private changed(): boolean {
    if (Object.keys(this.live?.data ?? {}).length > this.entries.size + this.unreadable.size) return true;
    return [...this.entries.values()].some((entry) => {
      const { version, settled, about: text } = stateOf(entry);
      const { saved } = entry;
      return (
        saved === undefined ||
        version !== saved.version ||
        text !== saved.about ||
        settled - saved.settled > WORTH_SAVING_MS
      );
    });
  }
}

const lastUsedLast = (a: Entry, b: Entry): number =>
  (a.unusedSince ?? Number.MAX_SAFE_INTEGER) - (b.unusedSince ?? Number.MAX_SAFE_INTEGER);
const about = (owner: Owner, unusedSince?: number): string => JSON.stringify([owner, unusedSince]);
const stateOf = ({ owner, ledger, unusedSince }: Entry) => ({
  version: ledger.version,
  settled: ledger.settled,
  about: about(owner, unusedSince),
});

const accountKey = ({ engine, process }: Owner): string =>
  createHash('sha256')
    .update(JSON.stringify([engine, process]))
    .digest('hex')
    .slice(0, 32);
