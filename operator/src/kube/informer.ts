/**
 * A local copy of a collection that follows the API server.
 *
 * It lists, then watches from there. When a watch ends it goes on from the last
 * version; when that version is too old (410) it lists again; when anything
 * fails it waits, longer each time up to a limit, and tries again until it is
 * stopped. Changes are told as objects, so that handlers can make keys of them;
 * what a handler reads comes from the copy.
 */
import { errorMessage, KubeError } from '../errors.ts';
import type { KubeObject } from '../pool/objects.ts';
import { pause } from '../support/pause.ts';
import type { KubeClient, Selector } from './client.ts';
import type { Kind } from './kinds.ts';
import { FIRST_RETRY_MS, nextRetry } from './retry.ts';
import { trimmed } from './trim.ts';

export interface InformerOptions<T> {
  kind: Kind;
  namespace?: string | undefined;
  selector?: Selector;
  /** An object was added, changed or removed. */
  onChange: (object: T) => void;
  /** The state of `failure` has changed. */
  onFailure?: (error: unknown) => void;
}

export class Informer<T extends KubeObject> {
  private readonly client: KubeClient;
  private readonly options: InformerOptions<T>;
  private readonly objects = new Map<string, T>();
  private readonly aborter = new AbortController();
  private readonly settled = Promise.withResolvers<void>();
  private version: string | undefined;
  /** Grows until an answer comes: an API server that refuses every watch (429) is not asked more often for it. */
  private retryMs = FIRST_RETRY_MS;
  /** Ms of `performance.now()` since which the right is missing. */
  private refusedSince: number | undefined;
  /** Whether the copy has been complete at least once. */
  synced = false;
  /** Why the last attempt failed; undefined while it works. */
  failure: unknown;

  constructor(client: KubeClient, options: InformerOptions<T>) {
    this.client = client;
    this.options = options;
    void this.run();
  }

  get(name: string, namespace = ''): T | undefined {
    return this.objects.get(`${namespace}/${name}`);
  }

  values(): T[] {
    return [...this.objects.values()];
  }

  /** Resolves after the first attempt to list, whether it worked or not. */
  firstAttempt(): Promise<void> {
    return this.settled.promise;
  }

  stop(): void {
    this.aborter.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.aborter;
    while (!signal.aborted) {
      try {
        if (this.version === undefined) await this.list();
        await this.follow(signal);
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof KubeError && error.status === 410) {
          this.version = undefined;
          continue;
        }
        this.failed(error);
        // Jitter: after a restart of the API server not all watches come back in one instant.
        await pause(this.retryMs * (0.5 + Math.random()), signal);
        this.retryMs = nextRetry(this.retryMs, this.refusedForMs());
      }
    }
    this.settled.resolve();
  }

  private async list(): Promise<void> {
    const { kind, namespace, selector } = this.options;
    const { metadata, items } = await this.client.list<T>(kind, namespace, selector);
    const gone = new Map(this.objects);
    for (const item of items) {
      gone.delete(keyOf(item));
      this.put(item);
    }
    for (const [key, object] of gone) {
      this.objects.delete(key);
      this.options.onChange(object);
    }
    this.version = metadata.resourceVersion;
    this.synced = true;
    this.worked();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { kind, namespace, selector = {} } = this.options;
    for await (const event of this.client.watch<T>(kind, namespace, selector, this.version ?? '', signal)) {
      const { object, type } = event;
      if (type === 'ERROR') {
        const { code = 500, reason = '', message = '' } = object as unknown as Record<string, never>;
        throw new KubeError(code, reason, message);
      }
      this.worked();
      this.version = object.metadata.resourceVersion;
      if (type === 'ADDED' || type === 'MODIFIED') this.put(object);
      if (type === 'DELETED') {
        this.objects.delete(keyOf(object));
        this.options.onChange(object);
      }
    }
  }

  private put(object: T): void {
    const key = keyOf(object);
    const known = this.objects.get(key);
    this.objects.set(key, trimmed(object));
    if (known?.metadata.resourceVersion !== object.metadata.resourceVersion) this.options.onChange(object);
  }

  private refusedForMs(): number | undefined {
    return this.refusedSince === undefined ? undefined : performance.now() - this.refusedSince;
  }

  private worked(): void {
    const recovered = this.failure !== undefined;
    this.failure = undefined;
    this.retryMs = FIRST_RETRY_MS;
    this.refusedSince = undefined;
    this.settled.resolve();
    if (recovered) this.options.onFailure?.(undefined);
  }

  private failed(error: unknown): void {
    const news = errorMessage(this.failure ?? '') !== errorMessage(error);
    this.failure = error;
    const refused = error instanceof KubeError && error.status === 403;
    this.refusedSince = refused ? (this.refusedSince ?? performance.now()) : undefined;
    this.settled.resolve();
    if (news) this.options.onFailure?.(error);
  }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
