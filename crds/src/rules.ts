/**
 * Rules that span several fields. Each is written once, as CEL for the API
 * server and as a function for the operator (whose API server may have let a
 * pool in before the rule existed); a table test on a real API server holds
 * the two together.
 */
import { durationMs } from './duration.ts';
import { LISTED_MODEL, listPrice } from './listPrices.ts';
import type { PoolSpec } from './pool.ts';

export interface SpecRule {
  /** The object, below `spec`, that the CEL expression calls `self`; '' is the spec. */
  at: '' | 'engine' | 'llm' | 'scaling' | 'worker';
  cel: string;
  /** The field to blame, below `spec`. */
  path: string;
  /** What is wrong and what to do. */
  message: string;
  holds: (spec: PoolSpec) => boolean;
}

export const SPEC_RULES: SpecRule[] = [
  {
    at: 'engine',
    cel: '!(has(self.basicAuthSecretRef) && has(self.oauth2))',
    path: 'engine.oauth2',
    message: 'engine.oauth2 and engine.basicAuthSecretRef exclude each other: leave one out',
    holds: ({ engine }) => engine.basicAuthSecretRef === undefined || engine.oauth2 === undefined,
  },
  {
    at: 'scaling',
    cel: 'self.maxReplicas >= self.minReplicas',
    path: 'scaling.maxReplicas',
    message: 'scaling.maxReplicas must be at least scaling.minReplicas: raise the one or lower the other',
    holds: ({ scaling }) => scaling.maxReplicas >= scaling.minReplicas,
  },
  {
    at: 'scaling',
    cel: "duration(self.scaleDownStabilization) <= duration('1h')",
    path: 'scaling.scaleDownStabilization',
    message: 'scaling.scaleDownStabilization must be at most 1h: the HorizontalPodAutoscaler allows no more',
    holds: ({ scaling }) => durationMs(scaling.scaleDownStabilization) <= 3_600_000,
  },
  {
    at: 'scaling',
    cel: 'has(self.idle) == (self.minReplicas == 0)',
    path: 'scaling.idle',
    message: 'scaling.idle and scaling.minReplicas 0 belong together: set both or neither',
    holds: ({ scaling }) => (scaling.idle !== undefined) === (scaling.minReplicas === 0),
  },
  {
    at: 'scaling',
    cel: "!has(self.maxWait) || duration(self.maxWait) >= duration('1s')",
    path: 'scaling.maxWait',
    message: 'scaling.maxWait must be at least 1s',
    holds: ({ scaling }) => scaling.maxWait === undefined || durationMs(scaling.maxWait) >= 1_000,
  },
  {
    at: 'scaling',
    cel: '!has(self.fallback) || (self.fallback.replicas >= self.minReplicas && self.fallback.replicas <= self.maxReplicas)',
    path: 'scaling.fallback',
    message: 'scaling.fallback.replicas must be between scaling.minReplicas and scaling.maxReplicas',
    holds: ({ scaling: { fallback, minReplicas, maxReplicas } }) =>
      fallback === undefined || (fallback.replicas >= minReplicas && fallback.replicas <= maxReplicas),
  },
  {
    at: 'llm',
    cel:
      '!has(self.quotas) || self.quotas.all(q, self.quotas.exists_one(p, p.group == q.group) && ' +
      'self.credentials.exists(c, c.quotaGroup == q.group))',
    path: 'llm.quotas',
    message: 'llm.quotas must name quota groups of llm.credentials, each once',
    holds: ({ llm: { quotas = [], credentials } }) =>
      quotas.every(
        ({ group }) =>
          quotas.filter((other) => other.group === group).length === 1 &&
          credentials.some((credential) => credential.quotaGroup === group),
      ),
  },
  {
    // Beside the schema's minimum, which the API server does not hold against a whole number: 0 is one.
    at: 'llm',
    cel:
      '!has(self.budget) || ((!has(self.budget.perHourUSD) || self.budget.perHourUSD > 0.0) && ' +
      '(!has(self.budget.perDayUSD) || self.budget.perDayUSD > 0.0))',
    path: 'llm.budget',
    message: 'llm.budget must be more than nothing: to stop the pool, pause it or delete it',
    holds: ({ llm: { budget = {} } }) => (budget.perHourUSD ?? 1) > 0 && (budget.perDayUSD ?? 1) > 0,
  },
  {
    at: 'llm',
    cel: '!has(self.budget) || has(self.budget.perHourUSD) || has(self.budget.perDayUSD)',
    path: 'llm.budget',
    message: 'llm.budget needs perHourUSD or perDayUSD',
    holds: ({ llm: { budget } }) =>
      budget === undefined || budget.perHourUSD !== undefined || budget.perDayUSD !== undefined,
  },
  {
    at: 'llm',
    cel: `!has(self.budget) || has(self.price) || self.model.matches(r'${LISTED_MODEL}')`,
    path: 'llm.price',
    message:
      'llm.budget needs llm.price for a model that has no list price: without one nothing can be counted',
    holds: ({ llm: { budget, price, model } }) =>
      budget === undefined || price !== undefined || listPrice(model) !== undefined,
  },
  {
    at: '',
    cel: 'duration(self.worker.lockDuration) > duration(self.llm.timeout)',
    path: 'worker.lockDuration',
    message:
      'worker.lockDuration must be longer than llm.timeout, or a task is given to a second worker while the first still asks',
    holds: ({ worker, llm }) => durationMs(worker.lockDuration) > durationMs(llm.timeout),
  },
  {
    at: 'worker',
    cel: "duration(self.longPollTimeout) >= duration('100ms') && duration(self.longPollTimeout) <= duration('30m')",
    path: 'worker.longPollTimeout',
    message: 'worker.longPollTimeout must be between 100ms and 30m: the engine refuses more',
    holds: ({ worker }) => {
      const ms = durationMs(worker.longPollTimeout);
      return ms >= 100 && ms <= 1_800_000;
    },
  },
  {
    at: 'worker',
    cel: "duration(self.lockDuration) >= duration('1s')",
    path: 'worker.lockDuration',
    message: 'worker.lockDuration must be at least 1s',
    holds: ({ worker }) => durationMs(worker.lockDuration) >= 1_000,
  },
];
