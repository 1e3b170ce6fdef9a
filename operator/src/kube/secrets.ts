/**
 * Secrets by name. Each is watched alone (`metadata.name=…`), so that the
 * operator can be limited to the Secrets that pools refer to: a Role with
 * `resourceNames` allows exactly this.
 */
import { errorCode, KubeError } from '../errors.ts';
import type { Secret } from '../pool/objects.ts';
import type { SecretReading } from '../pool/observation.ts';
import type { KubeClient } from './client.ts';
import { Informer } from './informer.ts';
import { KINDS } from './kinds.ts';

interface Watched {
  informer: Informer<Secret>;
  /** Pools that need it. */
  users: Set<string>;
}

export class SecretWatcher {
  private readonly client: KubeClient;
  private readonly onChange: (poolKey: string) => void;
  private readonly watched = new Map<string, Watched>();

  /** @param onChange called with each pool that uses a Secret whose content or readability changed */
  constructor(client: KubeClient, onChange: (poolKey: string) => void) {
    this.client = client;
    this.onChange = onChange;
  }

  /** Follows exactly these Secrets for a pool and reads them. */
  async read(poolKey: string, namespace: string, names: string[]): Promise<Record<string, SecretReading>> {
    const wanted = new Set(names.map((name) => `${namespace}/${name}`));
    for (const key of this.watched.keys()) if (!wanted.has(key)) this.release(poolKey, key);
    const readings = await Promise.all(
      names.map(async (name) => {
        const { informer } = this.follow(poolKey, namespace, name);
        await informer.firstAttempt();
        return [name, reading(informer, namespace, name)] as const;
      }),
    );
    return Object.fromEntries(readings);
  }

  /** The pool has gone. */
  forget(poolKey: string): void {
    for (const key of this.watched.keys()) this.release(poolKey, key);
  }

  stop(): void {
    for (const { informer } of this.watched.values()) informer.stop();
    this.watched.clear();
  }

  private follow(poolKey: string, namespace: string, name: string): Watched {
    const key = `${namespace}/${name}`;
    const known = this.watched.get(key);
    if (known) {
      known.users.add(poolKey);
      return known;
    }
    const users = new Set([poolKey]);
    const tell = () => {
      for (const user of users) this.onChange(user);
    };
    const informer = new Informer<Secret>(this.client, {
      kind: KINDS.secret,
      namespace,
      selector: { fieldSelector: `metadata.name=${name}` },
      onChange: tell,
      onFailure: tell,
    });
    const watched = { informer, users };
    this.watched.set(key, watched);
    return watched;
  }

  private release(poolKey: string, key: string): void {
    const watched = this.watched.get(key);
    if (!watched?.users.delete(poolKey) || watched.users.size > 0) return;
    watched.informer.stop();
    this.watched.delete(key);
  }
}

function reading(informer: Informer<Secret>, namespace: string, name: string): SecretReading {
  const { failure } = informer;
  if (failure instanceof KubeError && failure.status === 403) return { state: 'forbidden' };
  const secret = informer.get(name, namespace);
  // A copy that was read once outlives a short loss of the API server.
  if (secret) return { state: 'found', secret };
  return failure === undefined || informer.synced
    ? { state: 'missing' }
    : { state: 'failed', reason: errorCode(failure) };
}
