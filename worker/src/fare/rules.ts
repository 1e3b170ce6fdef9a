/**
 * Rules that decide before the model, where law or data leave nothing to judge.
 * Each decides only on what is certain: a fact that is not known is no reason
 * for a refund, and the model is asked as if the rule did not exist.
 */
import type { WorkerEnv } from '@farerules/crds/workerEnv';
import type { Decision } from './answer.ts';
import { departureSpan, purchaseSpan } from './contradictions.ts';
import { DAY_MS } from './span.ts';
import type { Ticket } from './ticket.ts';

export type RuleName = NonNullable<WorkerEnv['DECISIONS_RULES']>[number];

/** Raise it when a rule decides otherwise than before: it is part of every record. */
export const RULES_VERSION = '2';

export interface RuleDecision {
  decision: Decision;
  /** The rule with its version, such as `TwentyFourHours@2`. */
  rule: string;
  /** One sentence for the person who reads `llmReasoning`. */
  because: string;
}

type Rule = (ticket: Ticket, now: number) => Omit<RuleDecision, 'rule'> | undefined;

const BY_NAME: Readonly<Record<RuleName, Rule>> = {
  CouponFlown: ({ couponFlown }) =>
    couponFlown === true
      ? { decision: 'MANUAL', because: 'a coupon of the ticket has been flown' }
      : undefined,

  CarrierCancelled: ({ carrierCancelled, couponFlown }) =>
    carrierCancelled === true && couponFlown === false
      ? { decision: 'ALLOWED', because: 'the carrier cancelled the flight, and no coupon has been flown' }
      : undefined,

  TwentyFourHours(ticket, now) {
    const purchase = purchaseSpan(ticket);
    if (!purchase || ticket.couponFlown === true) return undefined;
    const boughtWithin = now - purchase.earliest;
    const ahead = departureSpan(ticket, now).earliest - Math.min(purchase.latest, now);
    return boughtWithin <= DAY_MS && ahead >= 7 * DAY_MS
      ? { decision: 'ALLOWED', because: 'bought within 24 hours, at least 7 days before departure' }
      : undefined;
  },
};

/**
 * The decision of the first rule that applies, in the order given.
 * @param now milliseconds since 1970.
 */
export function decideByRule(
  rules: readonly RuleName[],
  ticket: Ticket,
  now: number,
): RuleDecision | undefined {
  for (const name of rules) {
    const decided = BY_NAME[name](ticket, now);
    if (decided) return { ...decided, rule: `${name}@${RULES_VERSION}` };
  }
  return undefined;
}
