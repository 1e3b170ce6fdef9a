/**
 * The exporter's metrics, each declared once. Their values are not counted up
 * here: they are read from the exporter whenever Prometheus asks, so that what
 * is unknown is absent and what another process leads with is not told twice.
 * Labels are names of engines, processes, topics and pools, never ticket data.
 */
import type { Metric, Registry } from 'prom-client';
import type { Figures } from './exporter.ts';
import { DECISIONS } from './refundProcess.ts';
import type { Distribution } from './totals.ts';

export interface Sample {
  labels: Record<string, string | number>;
  value: number;
  /** Where it is not that of the metric. */
  metricName?: string;
}

export interface Declared {
  name: string;
  help: string;
  /** `untyped`: Prometheus promises nothing of it. */
  type: 'counter' | 'gauge' | 'histogram' | 'untyped';
  labels: readonly string[];
  samples(figures: Figures, now: number): Sample[];
}

const OF_PROCESS = ['engine', 'process'] as const;
type ProcessFigures = Figures['processes'][number];

/** One sample of each process whose value is known. */
const ofEach =
  (value: (figures: ProcessFigures, now: number) => number | undefined) =>
  ({ processes }: Figures, now: number): Sample[] =>
    processes.flatMap((figures) => known(figures, {}, value(figures, now)));

const known = (
  { engine, process }: ProcessFigures,
  more: Record<string, string>,
  value: number | undefined,
): Sample[] => (value === undefined ? [] : [{ labels: { engine, process, ...more }, value }]);

const histogram =
  (name: string, of: (totals: NonNullable<ProcessFigures['totals']>) => Distribution) =>
  ({ processes }: Figures): Sample[] =>
    processes.flatMap(({ engine, process, totals }) => {
      if (!totals) return [];
      const { bounds, counts, sumMs } = of(totals);
      const labels = { engine, process };
      let count = 0;
      const buckets = counts.map((inBucket, index) => {
        count += inBucket;
        return {
          labels: { le: bounds[index] ?? '+Inf', ...labels },
          value: count,
          metricName: `${name}_bucket`,
        };
      });
      return [
        ...buckets,
        { labels, value: sumMs / 1_000, metricName: `${name}_sum` },
        { labels, value: count, metricName: `${name}_count` },
      ];
    });

export const DECLARED: readonly Declared[] = [
  {
    // One name for three counters and a gauge, as dashboards know it. `counter` would promise that
    // status="active" never falls, and what reads types would take each fall for a restart.
    name: 'camunda_process_instances_total',
    help: 'Process instances by status. started, completed and terminated only grow; active is how many have not ended.',
    type: 'untyped',
    labels: [...OF_PROCESS, 'status'],
    samples: ({ processes }) =>
      processes.flatMap((figures) => [
        ...known(figures, { status: 'started' }, figures.totals?.started),
        ...known(figures, { status: 'completed' }, figures.totals?.completed),
        ...known(figures, { status: 'terminated' }, figures.totals?.terminated),
        ...known(figures, { status: 'active' }, figures.active),
      ]),
  },
  {
    name: 'camunda_process_instance_duration_seconds',
    help: 'From start to end of the process instances that were completed.',
    type: 'histogram',
    labels: OF_PROCESS,
    samples: histogram('camunda_process_instance_duration_seconds', ({ durations }) => durations),
  },
  {
    name: 'camunda_incidents_total',
    help: 'Incidents that were created.',
    type: 'counter',
    labels: OF_PROCESS,
    samples: ofEach(({ totals }) => totals?.incidents),
  },
  {
    name: 'camunda_incidents_open',
    help: 'Incidents that are open. Absent while unknown.',
    type: 'gauge',
    labels: OF_PROCESS,
    samples: ofEach(({ openIncidents }) => openIncidents),
  },
  {
    name: 'camunda_external_tasks_pending',
    help: 'Tasks of a topic that wait for a worker, of whichever process. Absent while unknown.',
    type: 'gauge',
    labels: ['engine', 'topic'],
    samples: ({ pending }) =>
      pending.map(({ engine, topic, tasks }) => ({ labels: { engine, topic }, value: tasks })),
  },
  {
    name: 'refund_requests_total',
    help: 'Refund requests that a worker has decided, by its decision; OTHER: none that the process knows.',
    type: 'counter',
    labels: [...OF_PROCESS, 'decision'],
    samples: ({ processes }) =>
      processes.flatMap((figures) =>
        DECISIONS.flatMap((decision) => known(figures, { decision }, figures.totals?.decisions[decision])),
      ),
  },
  {
    name: 'sla_breaches_total',
    help: 'Reviews that the SLA timer has ended.',
    type: 'counter',
    labels: OF_PROCESS,
    samples: ofEach(({ totals }) => totals?.breaches),
  },
  {
    name: 'manual_review_duration_seconds',
    help: 'From creation to completion of the reviews that a person has completed, which is within the SLA.',
    type: 'histogram',
    labels: OF_PROCESS,
    samples: histogram('manual_review_duration_seconds', ({ reviews }) => reviews),
  },
  {
    name: 'fareruleworkerpool_exporter_up',
    help: '1 when the history was read to its end the last time, else 0.',
    type: 'gauge',
    labels: OF_PROCESS,
    samples: ofEach(({ up }) => (up ? 1 : 0)),
  },
  {
    name: 'fareruleworkerpool_exporter_age_seconds',
    help: 'Since when the totals are no longer complete: since the last time that the history was read to its end.',
    type: 'gauge',
    labels: OF_PROCESS,
    samples: ofEach(({ completeAt }, now) => completeAt && (now - completeAt) / 1_000),
  },
  {
    name: 'fareruleworkerpool_exporter_saved_seconds',
    help: 'Since when the totals are no longer saved: a leader that takes over reads from there on.',
    type: 'gauge',
    labels: [],
    samples: ({ savedAt }, now) =>
      savedAt === undefined ? [] : [{ labels: {}, value: (now - savedAt) / 1_000 }],
  },
  {
    name: 'fareruleworkerpool_exporter_pool_info',
    help: '1 for each pool: under which engine, process and topic its figures are.',
    type: 'gauge',
    labels: ['namespace', 'pool', ...OF_PROCESS, 'topic'],
    samples: ({ pools }) => pools.map((labels) => ({ labels, value: 1 })),
  },
];

const NOTHING: Figures = { processes: [], pending: [], pools: [], savedAt: undefined };

/** Serves the metrics with the others. @param exporter undefined: there is none, and nothing is told */
export function registerExporterMetrics(
  registry: Registry,
  exporter: () => { figures(): Figures } | undefined,
): void {
  for (const { samples, ...declared } of DECLARED) {
    const get = async () => ({
      ...declared,
      values: samples(exporter()?.figures() ?? NOTHING, performance.now()),
    });
    // What the registry needs of a metric; the library has no kind that takes totals from elsewhere.
    registry.registerMetric({ name: declared.name, get, reset: () => undefined } as unknown as Metric);
  }
}
