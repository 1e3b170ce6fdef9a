/** What a run looks like at one moment, and as a whole. */
import type { Decision } from '../llm/policy.ts';
import type { Scale, ScaleEvent } from './scaleReader.ts';

export interface LlmFigures {
  calls: number;
  errors: number;
  costUSD: number;
  p50Ms?: number;
  p95Ms?: number;
}

export type Decisions = Record<Decision, number>;

/** A value that could not be read is absent: unknown is not zero. */
export interface Sample {
  /** Seconds since the first request. */
  t: number;
  pending?: number;
  inFlight?: number;
  scale?: Scale;
  started: number;
  ended?: number;
  decisions?: Decisions;
  llm?: LlmFigures;
}

/** What became of one request. */
export interface Outcome {
  bookingId: string;
  ticketName: string;
  expected: Decision;
  decision?: string;
  /** Name of the end event. */
  path?: string;
  /** Seconds after the start of the run at which it was decided, and how long that took from its start. */
  decidedAt?: number;
  decisionSeconds?: number;
}

/** Everything that the summary and the report are made of. */
export interface Run {
  startedAt: string;
  /** Seconds from the first request until the last process had ended. */
  seconds: number;
  standInLlm: boolean;
  cluster: string;
  machine: { cores: number; memoryGB: number; node: string };
  samples: Sample[];
  outcomes: Outcome[];
  events: ScaleEvent[];
  incidents: number;
  backOffice: Record<string, number>;
  problems: string[];
}

export const decidedCount = ({ ALLOWED, WITH_PENALTY, MANUAL }: Decisions): number =>
  ALLOWED + WITH_PENALTY + MANUAL;
