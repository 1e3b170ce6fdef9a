/**
 * Sees what happens to the Deployments of a namespace, through a watch of its own: neither the
 * operator's word nor KEDA's is taken for when a Deployment was scaled.
 */
import {
  AppsV1Api,
  type Informer,
  type KubeConfig,
  makeInformer,
  type V1Deployment,
} from '@kubernetes/client-node';

export interface Seen {
  /** When the event arrived here: milliseconds since 1970. */
  at: number;
  /** `spec.replicas` */
  replicas: number;
  ready: number;
}

interface Waiter {
  name: string;
  holds(seen: Seen): boolean;
  resolve(seen: Seen): void;
}

export class DeploymentWatch {
  readonly #last = new Map<string, Seen>();
  readonly #waiters = new Set<Waiter>();
  readonly #informer: Informer<V1Deployment>;
  #stopped = false;

  constructor(config: KubeConfig, namespace: string) {
    const apps = config.makeApiClient(AppsV1Api);
    this.#informer = makeInformer(config, `/apis/apps/v1/namespaces/${namespace}/deployments`, () =>
      apps.listNamespacedDeployment({ namespace }),
    );
    this.#informer.on('change', (deployment) => this.#saw(deployment));
    this.#informer.on('delete', ({ metadata }) => this.#last.delete(metadata?.name ?? ''));
    this.#informer.on('error', () => {
      if (!this.#stopped) setTimeout(() => void this.#informer.start(), 200);
    });
  }

  /** Reads what there is, and sees from then on. */
  async start(): Promise<void> {
    await this.#informer.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#informer.stop();
  }

  /** What was last seen of a Deployment; undefined when there is none of that name. */
  last(name: string): Seen | undefined {
    return this.#last.get(name);
  }

  /**
   * Waits until what is seen of a Deployment holds, and returns the first that does.
   * @throws Error after `timeoutMs`, with what was last seen
   */
  until(name: string, what: string, holds: (seen: Seen) => boolean, timeoutMs: number): Promise<Seen> {
    const now = this.#last.get(name);
    if (now && holds(now)) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const last = JSON.stringify(this.#last.get(name));
        reject(new Error(`waited ${timeoutMs} ms for ${name} to have ${what}; last seen: ${last}`));
      }, timeoutMs);
      const waiter: Waiter = {
        name,
        holds,
        resolve: (seen) => {
          clearTimeout(timer);
          resolve(seen);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #saw({ metadata, spec, status }: V1Deployment): void {
    const name = metadata?.name ?? '';
    const seen = { at: Date.now(), replicas: spec?.replicas ?? 1, ready: status?.readyReplicas ?? 0 };
    this.#last.set(name, seen);
    for (const waiter of this.#waiters) {
      if (waiter.name !== name || !waiter.holds(seen)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(seen);
    }
  }
}
