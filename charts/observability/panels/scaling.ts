/** How many pods there are, and why. */
import { once, POOL, type Row } from '../panel.ts';

export const SCALING: Row = {
  title: 'Scaling',
  panels: [
    {
      title: 'Pods',
      description: 'Pods that exist, and pods that the signals ask for within the limits.',
      kind: 'graph',
      unit: 'short',
      queries: [
        { expr: once('namespace, pool', 'fareruleworkerpool_replicas', POOL), legend: '{{pool}}' },
        {
          expr: once('namespace, pool', 'fareruleworkerpool_desired_replicas', POOL),
          legend: '{{pool}} asked for',
        },
      ],
    },
    {
      title: 'Work',
      description:
        'Tasks that wait for a worker, and tasks in work. No data while the engine cannot be asked.',
      kind: 'graph',
      unit: 'short',
      queries: [
        {
          expr: once('namespace, pool', 'fareruleworkerpool_pending_tasks', POOL),
          legend: '{{pool}} waiting',
        },
        {
          expr: once('namespace, pool', 'fareruleworkerpool_in_flight_tasks', POOL),
          legend: '{{pool}} in work',
        },
      ],
    },
    {
      title: 'Signals',
      description: 'What scaling looks at: tasks (backlog), seconds (maxWait, responseTime), percent (cpu).',
      kind: 'graph',
      unit: 'short',
      queries: [
        {
          expr: once('namespace, pool, signal', 'fareruleworkerpool_signal_value', POOL),
          legend: '{{pool}} {{signal}}',
        },
      ],
    },
    {
      title: 'Why this many pods',
      description: 'Reasons of the conditions ScalingActive and ScalingLimited (docs/conditions.md).',
      kind: 'timeline',
      unit: 'short',
      span: 12,
      queries: [
        {
          expr: once(
            'namespace, pool, type, reason',
            'fareruleworkerpool_condition',
            `type=~"ScalingActive|ScalingLimited",${POOL}`,
          ),
          legend: '{{pool}} {{reason}}',
        },
      ],
    },
    {
      title: 'Conditions',
      description: 'All conditions now.',
      kind: 'table',
      unit: 'short',
      span: 12,
      queries: [
        {
          expr: once('namespace, pool, type, status, reason', 'fareruleworkerpool_condition', POOL),
          legend: '',
        },
      ],
    },
  ],
};
