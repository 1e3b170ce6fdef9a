/** Events (events.k8s.io/v1) about a pool. An event that cannot be written is logged, nothing waits for it. */
import type { FareRuleWorkerPool, PoolCondition } from '../../../crds/src/pool.ts';
import { errorMessage } from '../errors.ts';
import { MANAGER } from '../pool/names.ts';
import { PROGRESS } from '../reasons.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';

/** The API server refuses longer notes. */
const NOTE_LIMIT = 1_024;

export class EventRecorder {
  private readonly client: KubeClient;
  private readonly instance: string;
  private readonly log: Logger;

  constructor(client: KubeClient, instance: string, log: Logger) {
    this.client = client;
    this.instance = instance;
    this.log = log;
  }

  /** Tells that a condition changed. */
  async conditionChanged(pool: FareRuleWorkerPool, condition: PoolCondition): Promise<void> {
    const { name, namespace, uid } = pool.metadata;
    try {
      await this.client.create({
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: `${name}.${crypto.randomUUID()}`, namespace },
        eventTime: microTime(),
        type: condition.status === 'True' || PROGRESS.has(condition.reason) ? 'Normal' : 'Warning',
        reason: condition.reason,
        action: condition.type,
        note: condition.message.slice(0, NOTE_LIMIT),
        reportingController: MANAGER,
        reportingInstance: this.instance,
        regarding: { apiVersion: pool.apiVersion, kind: pool.kind, name, namespace, uid },
      });
    } catch (error) {
      this.log.warn('event not written', { pool: `${namespace}/${name}`, error: errorMessage(error) });
    }
  }
}

/** Now, as Kubernetes' MicroTime. */
export function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
