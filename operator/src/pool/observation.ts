/** Everything that one reconcile looks at. Plan and status are functions of it and of nothing else. */
import type { FareRuleWorkerPool, PoolStatus } from '../../../crds/src/pool.ts';
import type { Autoscaler, Deployment, KubeObject, Pod, Secret } from './objects.ts';
import type { ScalingMemory } from './scaling/memory.ts';
import type { PoolClaim } from './scaling/overlap.ts';

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
  deployment?: Deployment;
  autoscaler?: Autoscaler;
  disruptionBudget?: KubeObject;
}

/** An API key, by its place in `llm.credentials`, that a worker cannot use. */
export interface KeyTrouble {
  index: number;
  /** Refused: the API does not accept the key. Exhausted: its account has no quota left. */
  state: 'refused' | 'exhausted';
}

/** What the pool's worker pods measured lately, all pods together. What is absent was not measured. */
export interface WorkerStats {
  /** One call to the LLM, 95th percentile of the last minute. */
  llmP95Seconds?: number;
  /** One call to the LLM that was answered, mean of the last minute that had one. */
  llmMeanSeconds?: number;
  /** Share of the calls that were answered with 429 in the last minute, 0 to 1. */
  rate429?: number;
  /** Tokens of one call, input and output. */
  tokensPerCall?: number;
  /** From the fetch of a task to its outcome, mean. */
  serviceSeconds?: number;
  /** API keys that cannot be used. */
  keyTroubles?: KeyTrouble[];
  /** Cost of the LLM calls of this hour (UTC) and of this day (in the budget's time zone). */
  spentUSD?: { hour: number; day: number };
  /** The same as the pool's status keeps it, also when the hour or the day is over. */
  spending?: NonNullable<PoolStatus['spending']>;
  /** Tasks that each pod holds, by the pod's name. */
  inFlightByPod?: Record<string, number>;
}

export interface Observation {
  /** Milliseconds since the epoch. */
  now: number;
  pool: FareRuleWorkerPool;
  live: LiveObjects;
  /** Readings of the Secrets that the spec refers to, by name. */
  secrets: Record<string, SecretReading>;
  /** How the API server calls this process; looked up where a Secret is forbidden. */
  operator?: string;
  pods: Pod[];
  backlog: Backlog;
  workers?: WorkerStats;
  metricsApi: MetricsApi;
  /** Another autoscaler that aims at the pool's Deployment, as `Kind name`. */
  foreignScaler?: string;
  /** What all pools claim, to find those that overlap. */
  claims?: PoolClaim[];
  /** Of the pool's own claim: engines that were asked and gave no answer. */
  unproven?: readonly string[];
  /** What the last decision left. */
  memory?: ScalingMemory;
  /** Whether metrics.k8s.io is served, so that an autoscaler may use CPU. */
  cpuMetricsServed: boolean;
  /** Image for pools that name none. */
  workerImage: string;
}
