/** One kind over the watched namespaces: an informer for each, or one for all. */
import type { KubeObject } from '../pool/objects.ts';
import type { KubeClient } from './client.ts';
import { Informer, type InformerOptions } from './informer.ts';

export class Store<T extends KubeObject> {
  private readonly informers: Informer<T>[];

  /** @param namespaces none means all */
  constructor(
    client: KubeClient,
    namespaces: readonly string[],
    options: Omit<InformerOptions<T>, 'namespace'>,
  ) {
    const scopes = namespaces.length === 0 ? [undefined] : namespaces;
    this.informers = scopes.map((namespace) => new Informer<T>(client, { ...options, namespace }));
  }

  get(name: string, namespace?: string): T | undefined {
    for (const informer of this.informers) {
      const found = informer.get(name, namespace);
      if (found) return found;
    }
    return undefined;
  }

  values(): T[] {
    return this.informers.flatMap((informer) => informer.values());
  }

  get synced(): boolean {
    return this.informers.every((informer) => informer.synced);
  }

  stop(): void {
    for (const informer of this.informers) informer.stop();
  }
}
