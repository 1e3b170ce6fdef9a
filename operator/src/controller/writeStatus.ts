/** Writes a pool's status when it is worth it, and tells its changes as events. */
import { type FareRuleWorkerPool, GROUP, KIND, type PoolStatus, VERSION } from '../../../crds/src/pool.ts';
import { KubeError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import { poolKey } from '../pool/names.ts';
import { newsworthy, writeDecision } from '../pool/status.ts';
import { metrics } from '../telemetry/metrics.ts';

export class StatusWriter {
  private readonly client: KubeClient;
  private readonly events: EventRecorder;
  /** The last status written and when: the local copy of the pool may lag behind it. */
  private readonly written = new Map<string, { uid: string; at: number; status: PoolStatus }>();

  constructor(client: KubeClient, events: EventRecorder) {
    this.client = client;
    this.events = events;
  }

  /** What the pool's status is, as far as this process knows. */
  current(pool: FareRuleWorkerPool): PoolStatus | undefined {
    const last = this.written.get(keyOf(pool));
    return last?.uid === pool.metadata.uid ? last.status : pool.status;
  }

  /** `crowded`: many pools wait. Returns after how many milliseconds a write that has to wait its turn should be tried again. */
  async write(pool: FareRuleWorkerPool, status: PoolStatus, crowded: boolean): Promise<number | undefined> {
    const { name, namespace, uid } = pool.metadata;
    const before = this.current(pool);
    const last = this.written.get(keyOf(pool));
    const decision = writeDecision(
      before,
      status,
      last ? Date.now() - last.at : Number.POSITIVE_INFINITY,
      Date.now() - Date.parse(pool.metadata.creationTimestamp ?? ''),
      crowded,
    );
    if (!decision.write) return decision.retryInMs;
    try {
      await this.client.apply(
        { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, metadata: { name, namespace, uid }, status },
        { force: true, subresource: 'status' },
      );
    } catch (error) {
      // The pool was deleted, or made anew, meanwhile: its own event brings the key back.
      if (error instanceof KubeError && (error.status === 404 || error.status === 409)) return undefined;
      throw error;
    }
    this.written.set(keyOf(pool), { uid, at: Date.now(), status });
    metrics.writes.inc({ action: 'status', kind: KIND });
    for (const condition of newsworthy(before, status)) {
      await this.events.conditionChanged(pool, condition);
    }
    return undefined;
  }

  forget(key: string): void {
    this.written.delete(key);
  }
}

const keyOf = ({ metadata }: FareRuleWorkerPool): string => poolKey(metadata.namespace, metadata.name);
