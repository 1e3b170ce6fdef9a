/** Everything that one reconcile looks at. Plan and status are functions of it and of nothing else. */
import type { FareRuleWorkerPool } from '../../../crds/src/pool.ts';
import type { Autoscaler, Deployment, KubeObject, Pod, Secret } from './objects.ts';

/** How many tasks there are. Unknown is a value of its own, never zero. */
export type Backlog =
  | {
      known: true;
      /** Tasks that wait for a worker. */
      pending: number;
      /** Tasks that a worker holds. */
      inFlight: number;
      /** When the engine was asked, RFC 3339. */
      at: string;
    }
  | {
      known: false;
      /** One sentence without secrets; undefined before the first answer. */
      reason?: string;
    };

/** What came of reading a Secret. */
export type SecretReading =
  | { state: 'found'; secret: Secret }
  | { state: 'missing' }
  | { state: 'forbidden' }
  | { state: 'failed'; reason: string };

/** Whether the backlog can reach the HorizontalPodAutoscaler. */
export type MetricsApi = { state: 'ours' | 'off' | 'pending' } | { state: 'foreign'; servedBy: string };

/** Live objects under the names that the pool needs, whoever they belong to. */
export interface LiveObjects {
  serviceAccount?: KubeObject;
  secret?: Secret;
  deployment?: Deployment;
  autoscaler?: Autoscaler;
  disruptionBudget?: KubeObject;
}

export interface Observation {
  pool: FareRuleWorkerPool;
  live: LiveObjects;
  /** Readings of the Secrets that the spec refers to, by name. */
  secrets: Record<string, SecretReading>;
  pods: Pod[];
  backlog: Backlog;
  metricsApi: MetricsApi;
  /** Whether metrics.k8s.io is served, so that an autoscaler may use CPU. */
  cpuMetricsServed: boolean;
  /** Image for pools that name none. */
  workerImage: string;
}
