/**
 * The alert rules. A number before `# NAME` is the default of the chart's value
 * `monitoring.rules.thresholds.NAME`, which the chart puts in its place.
 *
 * What is not known must not end an alert: figures of the engine and of pools come from the leading operator
 * alone, and go when it goes. Rules about them look back (`last_over_time`) until NoLeader has taken over, and are
 * ended by the opposite being told, not by nothing being told.
 */
export interface Alert {
  alert: string;
  /** PromQL, with thresholds as above. */
  expr: string;
  /** How long it has to hold, and the name of the value. Left out: it fires at once. */
  for?: { duration: string; name: string };
  severity: 'critical' | 'warning';
  /** One line, with labels as `{{ $labels.pool }}`. */
  summary: string;
  /** What it means for refunds, with the number. */
  description: string;
}

/** Longer than the time after which NoLeader fires. */
const LOOK_BACK = '5m';

/** A condition of a pool that has this reason or status, also while no leader tells it. */
function condition(type: string, bad: string, good: string): string {
  return `max by (namespace, pool) (
  last_over_time(fareruleworkerpool_condition{type="${type}",${bad}}[${LOOK_BACK}])
)
unless on (namespace, pool)
  fareruleworkerpool_condition{type="${type}",${good}}`;
}

export const ALERTS: readonly Alert[] = [
  {
    alert: 'HighErrorRate',
    expr: `sum by (namespace, pool) (rate(llm_worker_openai_api_errors_total{code!="CANCELLED"}[5m]))
  / sum by (namespace, pool) (rate(llm_worker_openai_api_calls_total[5m]))
  > 0.1 # highErrorRateRatio
and sum by (namespace, pool) (increase(llm_worker_openai_api_calls_total[5m]))
  >= 5 # highErrorRateCalls`,
    for: { duration: '5m', name: 'highErrorRateFor' },
    severity: 'critical',
    summary: 'Many calls of pool {{ $labels.namespace }}/{{ $labels.pool }} to the LLM API fail',
    description:
      '{{ $value | humanizePercentage }} of the calls bring no decision. What the model cannot decide goes to a person.',
  },
  {
    alert: 'TaskQueueBacklog',
    expr: `max by (engine, topic) (last_over_time(camunda_external_tasks_pending[${LOOK_BACK}]))
  > 100 # taskQueueBacklogTasks`,
    for: { duration: '10m', name: 'taskQueueBacklogFor' },
    severity: 'critical',
    summary: 'Tasks of topic {{ $labels.topic }} queue up',
    description: '{{ $value }} tasks wait for a worker on {{ $labels.engine }}.',
  },
  {
    alert: 'SLABreachSpike',
    // Of the totals that some leader told each minute: they go on with the next one, whatever pod that is.
    expr: `increase(max by (engine, process) (sla_breaches_total)[1h:1m])
  > 10 # slaBreachSpikeBreaches`,
    severity: 'critical',
    summary: 'Many manual reviews of {{ $labels.process }} are late',
    description: '{{ $value | humanize }} reviews missed their time in the last hour.',
  },
  {
    alert: 'EngineUnreachable',
    expr: condition('EngineReachable', 'status!="True"', 'status="True"'),
    for: { duration: '2m', name: 'engineUnreachableFor' },
    severity: 'critical',
    summary: 'The engine of pool {{ $labels.namespace }}/{{ $labels.pool }} does not answer',
    description: 'The backlog is unknown, so the number of pods holds. Refunds may stand still.',
  },
  {
    alert: 'QuotaExhausted',
    expr: condition('CredentialsReady', 'reason="LLMQuotaExhausted"', 'reason!="LLMQuotaExhausted"'),
    for: { duration: '1m', name: 'quotaExhaustedFor' },
    severity: 'critical',
    summary: 'An LLM account of pool {{ $labels.namespace }}/{{ $labels.pool }} has no quota left',
    description: 'Its key is left out. Without another usable key every refund goes to a person.',
  },
  {
    alert: 'BudgetSpent',
    expr: `max by (namespace, pool, period) (last_over_time(fareruleworkerpool_spent_usd[${LOOK_BACK}]))
  >= max by (namespace, pool, period) (last_over_time(fareruleworkerpool_budget_usd[${LOOK_BACK}]))`,
    severity: 'warning',
    summary:
      'Pool {{ $labels.namespace }}/{{ $labels.pool }} has spent its money of this {{ $labels.period }}',
    description:
      'US$ {{ printf "%.2f" $value }} are spent. spec.llm.budget.whenSpent says what happens until it ends.',
  },
  {
    alert: 'NoLeader',
    expr: `sum by (namespace) (fareruleworkerpool_leader) == 0
or absent(fareruleworkerpool_leader)`,
    for: { duration: '1m', name: 'noLeaderFor' },
    severity: 'critical',
    summary: 'No operator leads',
    description:
      'Workers go on, but no pool is scaled or repaired, and the figures of engines and pools stop.',
  },
  {
    alert: 'MetricsApiNotServed',
    expr: `max by (namespace) (last_over_time(fareruleworkerpool_metrics_api_served[${LOOK_BACK}])) == 0`,
    for: { duration: '5m', name: 'metricsApiNotServedFor' },
    severity: 'warning',
    summary: 'The API server does not reach the external metrics API of the operator',
    description: 'The operator still adds pods, but no autoscaler takes pods away or sees the CPU.',
  },
  {
    alert: 'StuckTasks',
    expr: `max by (namespace, pool) (last_over_time(fareruleworkerpool_pending_tasks[${LOOK_BACK}])) > 0
unless on (namespace, pool)
  sum by (namespace, pool) (increase(llm_worker_task_settlements_total{settlement="completed"}[10m])) > 0
unless on (namespace, pool)
  fareruleworkerpool_condition{type="ScalingActive",reason="BudgetSpent"}`,
    for: { duration: '10m', name: 'stuckTasksFor' },
    severity: 'critical',
    summary: 'Tasks of pool {{ $labels.namespace }}/{{ $labels.pool }} wait and none is completed',
    description: '{{ $value }} tasks wait, and for ten minutes no worker has completed any.',
  },
  {
    alert: 'OpenIncidents',
    expr: `max by (engine, process) (last_over_time(camunda_incidents_open[${LOOK_BACK}]))
  > 0 # openIncidents`,
    for: { duration: '10m', name: 'openIncidentsFor' },
    severity: 'critical',
    summary: 'Instances of {{ $labels.process }} stand still with an incident',
    description: '{{ $value }} incidents are open on {{ $labels.engine }}: nothing goes on there by itself.',
  },
  {
    alert: 'EngineFiguresOld',
    expr: `max by (engine, process) (last_over_time(fareruleworkerpool_exporter_up[${LOOK_BACK}])) == 0`,
    for: { duration: '5m', name: 'engineFiguresOldFor' },
    severity: 'warning',
    summary: 'The figures of {{ $labels.process }} are old',
    description:
      'The operator cannot read the history of {{ $labels.engine }}. Do not rely on TaskQueueBacklog, SLABreachSpike and OpenIncidents.',
  },
  {
    alert: 'TotalsNotSaved',
    // Of two leaders after another, the one that does.
    expr: `min by (namespace) (last_over_time(fareruleworkerpool_exporter_saved_seconds[${LOOK_BACK}]))
  > 600 # totalsNotSavedSeconds`,
    severity: 'warning',
    summary: 'The operator cannot save its totals of engines and refunds',
    description:
      'The last time was {{ $value | humanizeDuration }} ago. The next leader counts from there on: what the engine deletes from its history first is lost.',
  },
  {
    alert: 'WorkersNotScraped',
    expr: `max by (namespace, pool) (fareruleworkerpool_replicas) > 0
unless on (namespace, pool)
  llm_worker_tasks_in_flight`,
    for: { duration: '10m', name: 'workersNotScrapedFor' },
    severity: 'warning',
    summary: 'The workers of pool {{ $labels.namespace }}/{{ $labels.pool }} are not scraped',
    description: 'It has {{ $value }} pods and tells nothing. Do not rely on HighErrorRate and StuckTasks.',
  },
];
