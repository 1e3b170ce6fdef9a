/** Local copies of everything that a reconcile reads, and which pool each change concerns. */
import { type FareRuleWorkerPool, KIND } from '../../../crds/src/pool.ts';
import type { KubeClient } from '../kube/client.ts';
import { Informer } from '../kube/informer.ts';
import { KINDS, type Kind } from '../kube/kinds.ts';
import { SecretWatcher } from '../kube/secrets.ts';
import { Store } from '../kube/store.ts';
import { MANAGED_BY_LABEL, MANAGER, POOL_LABEL, poolKey } from '../pool/names.ts';
import type { Autoscaler, Condition, Deployment, KubeObject, Pod } from '../pool/objects.ts';
import { MultiIndex } from '../support/multiIndex.ts';
import { Claims } from './claims.ts';
import { ForeignScalers } from './foreignScalers.ts';

export interface ApiService extends KubeObject {
  spec: { service?: { name: string; namespace: string; port?: number } | null; caBundle?: string };
  status?: { conditions?: Condition[] };
}

export class Watches {
  readonly pools: Store<FareRuleWorkerPool>;
  readonly deployments: Store<Deployment>;
  readonly autoscalers: Store<Autoscaler>;
  readonly disruptionBudgets: Store<KubeObject>;
  readonly serviceAccounts: Store<KubeObject>;
  readonly pods: Store<Pod>;
  private readonly podsByPool = new MultiIndex<Pod>();
  /** Undefined where they are not looked at. */
  readonly apiServices: Informer<ApiService> | undefined;
  /** Those that pools refer to. */
  readonly secrets: SecretWatcher;
  readonly claims: Claims;
  readonly foreignScalers: ForeignScalers;

  /**
   * @param enqueue called with the key of each pool that a change concerns
   * @param onApiService called when an API group came, went or changed its health. Left out: nobody looks at them, which
   *   takes a right in the whole cluster
   */
  constructor(
    client: KubeClient,
    namespaces: readonly string[],
    enqueue: (key: string) => void,
    onApiService: ((service: ApiService) => void) | undefined,
  ) {
    const owned = <T extends KubeObject>(kind: Kind, onChange: (object: T) => void) =>
      new Store<T>(client, namespaces, {
        kind,
        selector: { labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` },
        onChange,
      });
    const byOwner = (object: KubeObject) => {
      const owner = object.metadata.ownerReferences?.find(
        ({ controller, kind }) => controller && kind === KIND,
      );
      if (owner) enqueue(poolKey(object.metadata.namespace ?? '', owner.name));
    };
    this.claims = new Claims(enqueue);
    this.foreignScalers = new ForeignScalers(enqueue);
    this.pools = new Store<FareRuleWorkerPool>(client, namespaces, {
      kind: KINDS.pool,
      onChange: ({ metadata: { namespace, name } }) => {
        const key = poolKey(namespace, name);
        this.claims.update(key, this.pools.get(name, namespace));
        enqueue(key);
      },
    });
    this.deployments = owned<Deployment>(KINDS.deployment, byOwner);
    // All of them: one that is not ours may aim at a Deployment that is.
    this.autoscalers = new Store<Autoscaler>(client, namespaces, {
      kind: KINDS.autoscaler,
      onChange: (autoscaler) => {
        const { name, namespace } = autoscaler.metadata;
        this.foreignScalers.update(autoscaler, this.autoscalers.get(name, namespace) === undefined);
        byOwner(autoscaler);
      },
    });
    this.disruptionBudgets = owned<KubeObject>(KINDS.disruptionBudget, byOwner);
    this.serviceAccounts = owned<KubeObject>(KINDS.serviceAccount, byOwner);
    // Pods belong to the Deployment's ReplicaSets: their label names the pool.
    this.pods = owned<Pod>(KINDS.pod, ({ metadata: { labels, name, namespace = '' } }) => {
      const pool = labels?.[POOL_LABEL];
      const id = poolKey(namespace, name);
      const pod = this.pods.get(name, namespace);
      if (pod && pool) this.podsByPool.set(id, [poolKey(namespace, pool)], pod);
      else this.podsByPool.delete(id);
      if (pool) enqueue(poolKey(namespace, pool));
    });
    this.apiServices =
      onApiService && new Informer<ApiService>(client, { kind: KINDS.apiService, onChange: onApiService });
    this.secrets = new SecretWatcher(client, enqueue);
  }

  private get stores(): { synced: boolean; stop(): void }[] {
    const { pools, deployments, autoscalers, disruptionBudgets, serviceAccounts, pods, apiServices } = this;
    const all = [pools, deployments, autoscalers, disruptionBudgets, serviceAccounts, pods];
    return apiServices ? [...all, apiServices] : all;
  }

  get synced(): boolean {
    return this.stores.every(({ synced }) => synced);
  }

  podsOf(namespace: string, pool: string): Pod[] {
    return [...this.podsByPool.under([poolKey(namespace, pool)]).values()];
  }

  stop(): void {
    for (const store of this.stores) store.stop();
    this.secrets.stop();
  }
}
