/**
 * The FareRuleWorkerPool resource, declared once. The CRD is generated from
 * this file (`npm run generate -w crds`), the operator validates with it, and
 * the configuration reference reads its descriptions.
 *
 * Descriptions are what `kubectl explain` shows: say the unit, the default's
 * reason, and what happens when the value is wrong.
 */
import { z } from 'zod';
import { SPEC_RULES } from './rules.ts';
import { cacheSchema } from './spec/cache.ts';
import { decisionsSchema } from './spec/decisions.ts';
import { engineSchema } from './spec/engine.ts';
import { llmSchema } from './spec/llm.ts';
import { scalingSchema } from './spec/scaling.ts';
import { workerSchema } from './spec/worker.ts';
import type { PoolStatus } from './status.ts';

export { type PoolCondition, type PoolStatus, poolStatusSchema } from './status.ts';

export const GROUP = 'farerules.dev';
export const VERSION = 'v1alpha1';
export const KIND = 'FareRuleWorkerPool';
export const PLURAL = 'fareruleworkerpools';
export const SHORT_NAME = 'frwp';
/** Longest pool name: names made from it (`<pool>-credentials`) and its pods' names stay valid labels. */
export const MAX_NAME_LENGTH = 40;

const specObject = z.strictObject({
  engine: engineSchema,
  llm: llmSchema,
  worker: workerSchema.prefault({}),
  cache: cacheSchema.optional(),
  decisions: decisionsSchema.prefault({}),
  scaling: scalingSchema.prefault({}),
});

/** A pool's spec. Parsing fills in the defaults and applies the rules that span several fields. */
export const poolSpecSchema = specObject
  .superRefine((spec, context) => {
    for (const rule of SPEC_RULES) {
      if (!rule.holds(spec)) {
        context.addIssue({ code: 'custom', path: rule.path.split('.'), message: rule.message });
      }
    }
  })
  .describe('What the pool should be.');

export type PoolSpec = z.output<typeof specObject>;
/** A spec as a user writes it, before defaults. */
export type PoolSpecInput = z.input<typeof specObject>;

export interface PoolMeta {
  name: string;
  namespace: string;
  uid: string;
  generation: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

/** A pool as the API server hands it out; the spec is not yet parsed. */
export interface FareRuleWorkerPool {
  apiVersion: `${typeof GROUP}/${typeof VERSION}`;
  kind: typeof KIND;
  metadata: PoolMeta;
  spec: unknown;
  status?: PoolStatus;
}

export type ParsedSpec = { ok: true; spec: PoolSpec } | { ok: false; problems: string[] };

/**
 * Parses a spec and reports all its problems together, each with its field. Keys that this version does not know are left
 * out: the API server keeps none that its schema does not have, so that is a later one's, and an operator that is upgraded
 * after it, or rolled back alone, goes on with its pools.
 */
export function parsePoolSpec(spec: unknown): ParsedSpec {
  const strict = poolSpecSchema.safeParse(spec);
  const result = strict.success
    ? strict
    : poolSpecSchema.safeParse(withoutUnknownKeys(spec, strict.error.issues));
  if (result.success) return { ok: true, spec: result.data };
  return {
    ok: false,
    problems: result.error.issues.map((issue) => `spec.${issue.path.join('.')}: ${issue.message}`),
  };
}

function withoutUnknownKeys(spec: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy = structuredClone(spec);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let place = copy as Record<PropertyKey, unknown>;
    for (const step of issue.path) place = place[step] as Record<PropertyKey, unknown>;
    for (const key of issue.keys) delete place[key];
  }
  return copy;
}
