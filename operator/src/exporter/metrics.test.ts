import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Figures } from './exporter.ts';
import { registerExporterMetrics } from './metrics.ts';
import { count, nothingYet } from './totals.ts';

const engine = 'http://a:8080/engine-rest';

async function told(figures: Partial<Figures>): Promise<string[]> {
  const registry = new Registry();
  const all: Figures = { processes: [], pending: [], pools: [], savedAt: undefined, ...figures };
  registerExporterMetrics(registry, () => ({ figures: () => all }));
  return (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
}

it('says of a process what has been counted and what is open', async () => {
  const totals = nothingYet();
  for (const durationMs of [50, 1_500, 100_000_000]) {
    count(totals, { id: '', at: 0, what: { kind: 'completed', durationMs } });
  }
  count(totals, { id: '', at: 0, what: { kind: 'decided', decision: 'WITH_PENALTY' } });
  const lines = await told({
    processes: [{ engine, process: 'ticket-refund', up: true, totals, active: 7, openIncidents: 0 }],
    pending: [{ engine, topic: 'analyze-fare-rules', tasks: 3 }],
  });
  const labels = `engine="${engine}",process="ticket-refund"`;
  expect(lines).toEqual(
    expect.arrayContaining([
      `camunda_process_instances_total{${labels},status="completed"} 3`,
      `camunda_process_instances_total{${labels},status="active"} 7`,
      `camunda_process_instance_duration_seconds_bucket{le="0.1",${labels}} 1`,
      `camunda_process_instance_duration_seconds_bucket{le="2",${labels}} 2`,
      `camunda_process_instance_duration_seconds_bucket{le="86400",${labels}} 2`,
      `camunda_process_instance_duration_seconds_bucket{le="+Inf",${labels}} 3`,
      `camunda_process_instance_duration_seconds_sum{${labels}} 100001.55`,
      `camunda_process_instance_duration_seconds_count{${labels}} 3`,
      `camunda_incidents_open{${labels}} 0`,
      `camunda_external_tasks_pending{engine="${engine}",topic="analyze-fare-rules"} 3`,
      `refund_requests_total{${labels},decision="WITH_PENALTY"} 1`,
      `refund_requests_total{${labels},decision="MANUAL"} 0`,
      `sla_breaches_total{${labels}} 0`,
      `fareruleworkerpool_exporter_up{${labels}} 1`,
    ]),
  );
});

it('leaves out what is unknown, and keeps what has been counted', async () => {
  const lines = await told({
    processes: [{ engine, process: 'ticket-refund', up: false, totals: nothingYet(), completeAt: 1 }],
  });
  const names = new Set(lines.map((line) => line.replace(/[{ ].*/, '')));
  expect(names).toContain('refund_requests_total');
  expect(names).toContain('fareruleworkerpool_exporter_age_seconds');
  expect(names).not.toContain('camunda_incidents_open');
  expect(lines.join('\n')).not.toContain('active');
});

it('says nothing but that it is not complete before the history was read for the first time', async () => {
  const lines = await told({ processes: [{ engine, process: 'ticket-refund', up: false }] });
  expect(lines).toEqual([`fareruleworkerpool_exporter_up{engine="${engine}",process="ticket-refund"} 0`]);
});
