/**
 * The worker's metrics, each declared once. Labels have few values by
 * construction: never a booking, an instance, a key or a message.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { KINDS } from '../llm/errors.ts';

/** Seconds, doubling: the buckets of the GenAI conventions. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Counter<T>({ name, help, labelNames, registers });
  const metrics = {
    registry,
    tasksProcessed: counter(
      'llm_worker_tasks_processed_total',
      'Tasks completed with a decision, by decision and by who decided (rule, llm, cache, fallback).',
      ['decision', 'source'],
    ),
    taskSettlements: counter(
      'llm_worker_task_settlements_total',
      'Tasks by how they ended for this worker: completed, gone, lock_lost, failed, returned, abandoned.',
      ['settlement'],
    ),
    fallbacks: counter('llm_worker_fallbacks_total', 'Tasks that nobody decided, by the reason.', ['code']),
    taskDuration: new Histogram({
      name: 'llm_worker_task_duration_seconds',
      help: 'Time from the fetch of a task to its known outcome, in seconds.',
      buckets: SECONDS,
      registers,
    }),
    tasksInFlight: new Gauge({
      name: 'llm_worker_tasks_in_flight',
      help: 'Tasks that this worker holds.',
      registers,
    }),
    inFlightLimit: new Gauge({
      name: 'llm_worker_in_flight_limit',
      help: 'Tasks that this worker may hold at once: the configured number, less while the LLM API is slow.',
      registers,
    }),
    lockExtensions: counter(
      'llm_worker_lock_extensions_total',
      'Extensions of the lock on a task under way: extended, failed, gone, lock_lost.',
      ['result'],
    ),
    llmCalls: counter('llm_worker_openai_api_calls_total', 'Calls to the LLM API, failed ones included.'),
    llmErrors: counter(
      'llm_worker_openai_api_errors_total',
      'Calls that brought no decision, by the reason.',
      ['code'],
    ),
    llmDuration: new Histogram({
      name: 'llm_worker_openai_api_duration_seconds',
      help: 'Time of one call to the LLM API, failed ones included, in seconds.',
      buckets: SECONDS,
      registers,
    }),
    llmAnswers: new Summary({
      name: 'llm_worker_openai_api_answer_seconds',
      help: 'Time of the calls to the LLM API that brought a completion, in seconds.',
      percentiles: [],
      registers,
    }),
    llmTokens: counter('llm_worker_openai_api_tokens_total', 'Tokens used, by type (input, output).', [
      'type',
    ]),
    rateLimitWait: new Histogram({
      name: 'llm_worker_rate_limit_wait_seconds',
      help: 'Time that a call waited for a key and for its quota before it was made, in seconds.',
      buckets: SECONDS,
      registers,
    }),
    cost: counter('llm_worker_cost_usd_total', 'Cost of all calls whose price is known, in US dollars.'),
    charged: counter(
      'llm_worker_charged_usd_total',
      'What budgets count: the cost of each call, or the most that it may have cost where that is not known, in US dollars.',
    ),
    cacheRequests: counter(
      'llm_worker_cache_requests_total',
      'Look-ups of earlier decisions: hit, miss, error; by layer (record of the task, memory, redis).',
      ['result', 'layer'],
    ),
    sharedCalls: counter(
      'llm_worker_shared_calls_total',
      'Tasks decided by the call for an identical one under way: in this process, or in another pod (pods).',
      ['scope'],
    ),
    held: counter(
      'llm_worker_held_decisions_total',
      'Decisions that a person has to confirm, by the reason and by what was decided.',
      ['code', 'label'],
    ),
    budgetSpent: new Gauge({
      name: 'llm_worker_budget_spent_usd',
      help: 'US dollars spent in the current hour and day, of all pods where Redis is there, as far as known.',
      labelNames: ['period'],
      registers,
    }),
    auditLost: counter(
      'llm_worker_audit_lines_lost_total',
      'Audit records that could not be written to the file; they are on standard output.',
    ),
    engineErrors: counter(
      'llm_worker_engine_errors_total',
      'Failed requests to the engine, by operation and reason.',
      ['operation', 'code'],
    ),
  };
  // A counter without labels shows as 0 from the start. With labels it would appear as 1 and Prometheus would not
  // see it grow: the first decision, or the first failed call, would be missing from every rate.
  for (const decision of ['ALLOWED', 'WITH_PENALTY', 'MANUAL']) {
    for (const source of ['rule', 'llm', 'cache', 'fallback'])
      metrics.tasksProcessed.inc({ decision, source }, 0);
  }
  for (const code of Object.keys(KINDS)) metrics.llmErrors.inc({ code }, 0);
  metrics.taskSettlements.inc({ settlement: 'completed' }, 0);
  for (const type of ['input', 'output']) metrics.llmTokens.inc({ type }, 0);
  return metrics;
}
