/** What may be decided without a person, as the configuration says. */
import { createHash } from 'node:crypto';
import type { AnswerPolicy } from './cache/key.ts';
import type { Config } from './config.ts';
import type { Decision } from './fare/answer.ts';
import type { Limits } from './fare/limit.ts';
import { HELD, type HeldCode, type Reason } from './fare/reasons.ts';
import type { RuleName } from './fare/rules.ts';

export interface Policy extends AnswerPolicy {
  shadow: boolean;
  rules: readonly RuleName[];
  limits: Limits | undefined;
  reviewPercent: number;
  /** Whether an ALLOWED has to hold without the customer's reason, or without any free text, too. */
  confirmAllowed: Config['DECISIONS_CONFIRM_ALLOWED'];
}

export function policyOf(config: Config): Policy {
  return {
    shadow: config.DECISIONS_MODE === 'Shadow',
    rules: config.DECISIONS_RULES ?? [],
    limits: config.DECISIONS_MAX_AUTO_REFUND,
    minProbability: config.DECISIONS_MIN_PROBABILITY,
    whenProbabilityUnknown: config.DECISIONS_WHEN_PROBABILITY_UNKNOWN,
    reviewPercent: config.DECISIONS_REVIEW_PERCENT,
    confirmAllowed: config.DECISIONS_CONFIRM_ALLOWED,
  };
}

export interface Held extends Reason<HeldCode> {
  /** What would have been decided. */
  label: Decision;
}

/** Whether the model was sure enough of a label; MANUAL needs no certainty. */
export function unsure(
  { minProbability, whenProbabilityUnknown }: AnswerPolicy,
  { decision, probability }: { decision: Decision; probability?: number | undefined },
): Held | undefined {
  if (minProbability === undefined || decision === 'MANUAL') return undefined;
  if (probability === undefined) {
    return whenProbabilityUnknown === 'Accept' ? undefined : held('PROBABILITY_UNKNOWN', decision);
  }
  if (probability >= minProbability) return undefined;
  const detail = `probability ${probability.toFixed(3)}, at least ${minProbability} is needed`;
  return { ...held('LOW_PROBABILITY', decision), message: `${HELD.LOW_PROBABILITY}: ${detail}` };
}

/** Whether a person has to look at a decision that would stand: for a sample, or because nothing is decided yet. */
export function toBeReviewed(
  { shadow, reviewPercent }: Pick<Policy, 'shadow' | 'reviewPercent'>,
  decision: Decision,
  taskId: string,
): Held | undefined {
  if (shadow) return held('SHADOW', decision);
  const sampled = decision === 'ALLOWED' && drawnPercent(taskId) < reviewPercent;
  return sampled ? held('REVIEW_SAMPLE', decision) : undefined;
}

/** A number from 0 to below 100 that is the same each time a task comes. */
function drawnPercent(taskId: string): number {
  const digest = createHash('sha256').update(`review ${taskId}`).digest();
  return (digest.readUIntBE(0, 6) / 2 ** 48) * 100;
}

export function held(code: HeldCode, label: Decision): Held {
  return { code, message: HELD[code], label };
}
