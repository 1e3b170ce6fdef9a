/** The exporter's figures of one process, as an operator tells them. */
import { parseSamples } from '../../operator/src/workers/prometheusText.ts';

const NAMES = [
  'camunda_process_instances_total',
  'camunda_process_instance_duration_seconds_sum',
  'camunda_process_instance_duration_seconds_count',
  'camunda_incidents_total',
  'camunda_incidents_open',
  'camunda_external_tasks_pending',
  'refund_requests_total',
  'sla_breaches_total',
  'manual_review_duration_seconds_sum',
  'manual_review_duration_seconds_count',
  'fareruleworkerpool_exporter_up',
  'fareruleworkerpool_exporter_age_seconds',
  'fareruleworkerpool_exporter_saved_seconds',
  'fareruleworkerpool_exporter_pool_info',
] as const;

/** Keys are the name, then the status or the decision: `refund_requests_total ALLOWED`. */
export type ExporterFigures = Record<string, number>;

/**
 * What the operator with this port tells of a process and a topic. A series that is there twice, as for
 * two pools, is added up: it would be counted twice.
 */
export async function exporterFigures(
  metricsPort: number,
  { process, topic }: { process: string; topic: string },
): Promise<ExporterFigures> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const figures: ExporterFigures = {};
  for (const { name, labels, value } of parseSamples(text, new Set(NAMES))) {
    if (labels.process !== undefined && labels.process !== process) continue;
    if (labels.topic !== undefined && labels.topic !== topic) continue;
    const key = [name, labels.status ?? labels.decision].filter(Boolean).join(' ');
    figures[key] = (figures[key] ?? 0) + value;
  }
  return figures;
}

/** Whether the operator tells anything of an engine. */
export async function tellsOfEngines(metricsPort: number): Promise<boolean> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return parseSamples(text, new Set(NAMES)).length > 0;
}
