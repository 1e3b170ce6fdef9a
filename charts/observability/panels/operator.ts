/** Whether the figures above can be relied on. */
import { once, PROCESS, RATE, type Row } from '../panel.ts';

export const OPERATOR: Row = {
  title: 'The operator itself',
  panels: [
    {
      title: 'Leaders',
      description: 'One operator leads. 0: see NoLeader.',
      kind: 'number',
      unit: 'short',
      span: 4,
      queries: [{ expr: 'sum(fareruleworkerpool_leader)', legend: 'leaders' }],
    },
    {
      title: 'Metrics API',
      description: '1 while the API server reaches the external metrics API of the operator.',
      kind: 'number',
      unit: 'short',
      span: 4,
      queries: [{ expr: 'max(fareruleworkerpool_metrics_api_served)', legend: 'served' }],
    },
    {
      title: 'Calls to engines',
      description: 'Calls of the operator each minute, by outcome.',
      kind: 'graph',
      unit: 'cpm',
      queries: [
        {
          expr: `sum by (outcome) (rate(fareruleworkerpool_engine_calls_total[${RATE}])) * 60`,
          legend: '{{outcome}}',
        },
      ],
    },
    {
      title: 'Age of the figures',
      description:
        'Of engines and refunds, as the operator read them. Seconds; more: see EngineFiguresOld, and for what is saved TotalsNotSaved.',
      kind: 'graph',
      unit: 's',
      queries: [
        {
          expr: once('engine, process', 'fareruleworkerpool_exporter_age_seconds', PROCESS),
          legend: '{{process}}',
        },
        { expr: 'min(fareruleworkerpool_exporter_saved_seconds)', legend: 'saved' },
      ],
    },
  ],
};
