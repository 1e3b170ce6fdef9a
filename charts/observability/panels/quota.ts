/** What the LLM account allows, and what need not be asked twice. */
import { once, POOL, perMinute, quantiles, type Row } from '../panel.ts';

export const QUOTA: Row = {
  title: 'Quota, budget and cache',
  panels: [
    {
      title: 'Calls',
      description: 'Calls to the LLM API each minute.',
      kind: 'graph',
      unit: 'cpm',
      queries: [{ expr: perMinute('pool', 'llm_worker_openai_api_calls_total', POOL), legend: '{{pool}}' }],
    },
    {
      title: 'Tokens',
      description: 'Tokens each minute, by type.',
      kind: 'graph',
      unit: 'short',
      queries: [{ expr: perMinute('type', 'llm_worker_openai_api_tokens_total', POOL), legend: '{{type}}' }],
    },
    {
      title: 'Wait for the quota',
      description:
        'How long a call waited for a key and its quota. Seconds: the quota is the limit, not the pods.',
      kind: 'graph',
      unit: 's',
      queries: quantiles('llm_worker_rate_limit_wait_seconds', POOL, [0.5, 0.95]),
    },
    {
      title: 'Keys',
      description: 'API keys of all pods by their state: usable, cooling, refused, exhausted.',
      kind: 'graph',
      unit: 'short',
      queries: [
        {
          expr: `sum by (quota_group, state) (llm_worker_llm_key_state{${POOL}})`,
          legend: '{{quota_group}} {{state}}',
        },
      ],
    },
    {
      title: 'Money of this period',
      description: 'US dollars spent in the current hour and day, beside what may be spent.',
      kind: 'graph',
      unit: 'currencyUSD',
      queries: [
        {
          expr: once('namespace, pool, period', 'fareruleworkerpool_spent_usd', POOL),
          legend: '{{pool}} {{period}}',
        },
        {
          expr: once('namespace, pool, period', 'fareruleworkerpool_budget_usd', POOL),
          legend: '{{pool}} {{period}} budget',
        },
      ],
    },
    {
      title: 'Cache',
      description: 'Look-ups of earlier decisions each minute, by result.',
      kind: 'graph',
      unit: 'cpm',
      queries: [{ expr: perMinute('result', 'llm_worker_cache_requests_total', POOL), legend: '{{result}}' }],
    },
  ],
};
