/** What the stand-in's controls take and give: shared by the server and its clients. */

import type { Gullibility } from './gullible.ts';

/** One scripted fault. Faults are used in order, each by one call (or `times` calls, or `'always'`). */
export type Fault = FaultKind & {
  times?: number | 'always';
  /** Only calls whose prompt contains this text use it up; others pass it by. */
  promptContains?: string;
  /** Only calls with a key of this group use it up. */
  group?: string;
};

export type FaultKind =
  /** 429 `rate_limit_exceeded`; `retryAfterSeconds` also becomes the Retry-After header. */
  | { kind: 'rateLimit'; retryAfterSeconds?: number }
  /** 429 `insufficient_quota`: waiting does not help. */
  | { kind: 'insufficientQuota' }
  | { kind: 'serverError'; status?: 500 | 502 | 503 }
  /** Accepts the call and never answers. */
  | { kind: 'hang' }
  /** Closes the connection: before a byte, or in the middle of the body. */
  | { kind: 'cut'; midBody?: boolean }
  /** 200 with a body that is not JSON. */
  | { kind: 'malformedJson' }
  /** A normal completion with this text instead of a label. */
  | { kind: 'answer'; text: string }
  /** A completion with `refusal` set and no content. */
  | { kind: 'refusal' }
  /** A normal answer whose label has this probability, 0 to 1. Others have 0.99. */
  | { kind: 'unsure'; probability: number }
  /** A completion whose content is empty. */
  | { kind: 'empty' }
  /** 401, as for a key that was revoked between two calls. */
  | { kind: 'revokedKey' }
  /** 404 `model_not_found`. */
  | { kind: 'modelNotFound' }
  /** A normal answer after this time. */
  | { kind: 'slow'; ms: number };

export interface KeySetting {
  key: string;
  /** Keys of one group share its quota. Left out: `default`. */
  group?: string;
}

export interface Settings {
  /** Time that a decision takes, uniformly spread. Milliseconds. */
  latencyMs: { min: number; max: number };
  /** Keys that are accepted; left out: every key is. A bare string is in the group `default`. */
  keys?: Array<string | KeySetting>;
  /** Keys that are refused with 401 from now on. */
  revokedKeys: string[];
  /** Requests and tokens a minute that each key group may use; left out or 0: unlimited. */
  rpm?: number;
  tpm?: number;
  /** The same for single groups; one that is not named here has those above. */
  groups?: Record<string, { rpm?: number; tpm?: number }>;
  /** A model that is easily fooled (see gullible.ts); left out: it keeps to its policy. */
  gullible?: Gullibility;
  /** False for a server that takes `logprobs` and reports none. */
  logprobs: boolean;
  models: string[];
  /** Seed of the latencies. */
  seed: number;
}

/** One call as the stand-in saw it. The key itself is never kept. */
export interface Call {
  id: string;
  /** Arrival, ISO time. */
  at: string;
  /** First 12 hex digits of the key's SHA-256. */
  keyFingerprint: string;
  group: string;
  model: string;
  /** HTTP status; 0 when the connection ended without an answer. */
  status: number;
  /** Scripted fault that this call met, or `quota`, `badKey`, `badRequest`. */
  fault?: FaultKind['kind'] | 'quota' | 'badKey' | 'badRequest';
  answer?: string;
  prompt: string;
  promptHash: string;
  promptTokens: number;
  completionTokens: number;
  durationMs: number;
}

export interface Stats {
  calls: number;
  byStatus: Record<string, number>;
  byAnswer: Record<string, number>;
  byFault: Record<string, number>;
  /** Of answered calls, milliseconds; absent before the first. */
  latencyMs?: { p50: number; p95: number };
  promptTokens: number;
  completionTokens: number;
  costUSD: number;
  inProgress: number;
  /** Most calls that were in progress at one time. */
  peakInProgress: number;
}
