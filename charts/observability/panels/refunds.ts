/** The architecture document's panels, and what was decided. */
import { grown, once, POOL, PROCESS, perMinute, quantiles, type Row, share } from '../panel.ts';

const reviews = grown('manual_review_duration_seconds_count', PROCESS, '$__range');
const late = grown('sla_breaches_total', PROCESS, '$__range');

export const REFUNDS: Row = {
  title: 'Refunds',
  panels: [
    {
      title: 'Process throughput',
      description: 'Instances started and ended each minute.',
      kind: 'graph',
      unit: 'cpm',
      queries: [
        {
          expr: perMinute(
            'status',
            'camunda_process_instances_total',
            `status=~"started|completed|terminated",${PROCESS}`,
          ),
          legend: '{{status}}',
        },
      ],
    },
    {
      title: 'Active instances',
      description: 'Instances that have not ended. No data while the engine cannot be asked.',
      kind: 'graph',
      unit: 'short',
      queries: [
        {
          expr: once('engine, process', 'camunda_process_instances_total', `status="active",${PROCESS}`),
          legend: '{{process}}',
        },
      ],
    },
    {
      title: 'Task queue depth',
      description: 'External tasks that a worker could fetch now. No data while the engine cannot be asked.',
      kind: 'graph',
      unit: 'short',
      queries: [
        {
          expr: once('engine, topic', 'camunda_external_tasks_pending', 'engine=~"$engine",topic=~"$topic"'),
          legend: '{{topic}}',
        },
      ],
    },
    {
      title: 'LLM response time',
      description: 'Of one call, failed ones included.',
      kind: 'graph',
      unit: 's',
      queries: quantiles('llm_worker_openai_api_duration_seconds', POOL, [0.5, 0.95, 0.99]),
    },
    {
      title: 'Error rate',
      description: 'Calls to the LLM API that brought no decision, each minute, by the reason.',
      kind: 'graph',
      unit: 'cpm',
      queries: [{ expr: perMinute('code', 'llm_worker_openai_api_errors_total', POOL), legend: '{{code}}' }],
    },
    {
      title: 'Share of failed calls',
      description: 'What HighErrorRate looks at: failed calls of all calls. No data without calls.',
      kind: 'graph',
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: share(
            'pool',
            'llm_worker_openai_api_errors_total',
            `code!="CANCELLED",${POOL}`,
            'llm_worker_openai_api_calls_total',
            POOL,
          ),
          legend: '{{pool}}',
        },
      ],
    },
    {
      title: 'Cost per hour',
      description:
        'US dollars of the last hour, by the price of the model. 0 with calls: set spec.llm.price.',
      kind: 'graph',
      unit: 'currencyUSD',
      queries: [
        {
          expr: `sum by (pool) (increase(llm_worker_cost_usd_total{${POOL}}[1h]))`,
          legend: '{{pool}}',
        },
      ],
    },
    {
      title: 'Cost per day',
      description: 'US dollars of the last 24 hours.',
      kind: 'graph',
      unit: 'currencyUSD',
      queries: [
        {
          expr: `sum by (pool) (increase(llm_worker_cost_usd_total{${POOL}}[24h]))`,
          legend: '{{pool}}',
        },
      ],
    },
    {
      title: 'SLA compliance',
      description:
        'Manual reviews that a person completed in time, of all that were completed or late, in the time shown. No data where there was none.',
      kind: 'number',
      unit: 'percentunit',
      max: 1,
      span: 4,
      queries: [{ expr: `${reviews}\n  / (${reviews} + ${late})`, legend: 'in time' }],
    },
    {
      title: 'Late reviews',
      description: 'Manual reviews that missed their time, in the time shown.',
      kind: 'number',
      unit: 'short',
      span: 4,
      queries: [{ expr: `round(${late})`, legend: 'late' }],
    },
    {
      title: 'Decisions',
      description: 'Checks completed in the time shown, by what was decided.',
      kind: 'number',
      unit: 'short',
      queries: [
        {
          expr: `round(sum by (decision) (increase(refund_requests_total{${PROCESS}}[$__range])))`,
          legend: '{{decision}}',
        },
      ],
    },
    {
      title: 'Who decided',
      description: 'Tasks completed each minute, by who decided: rule, llm, cache, fallback.',
      kind: 'graph',
      unit: 'cpm',
      queries: [
        { expr: perMinute('source', 'llm_worker_tasks_processed_total', POOL), legend: '{{source}}' },
      ],
    },
    {
      title: 'Time of a manual review',
      description: 'From the start of a review until a person completed it, over an hour.',
      kind: 'graph',
      unit: 's',
      queries: quantiles('manual_review_duration_seconds', PROCESS, [0.5, 0.95], '1h'),
    },
  ],
};
