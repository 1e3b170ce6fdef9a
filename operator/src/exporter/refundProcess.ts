/** What the exporter knows of the refund process: the ids in the model and the words that a worker answers with. */

/** Process definition key of pools that name none. */
export const REFUND_PROCESS = 'ticket-refund';

/** The external task that a worker decides. */
export const CHECK = 'task_check_fare_rules';
/** The review by a person. */
export const REVIEW = 'task_manual_review';
/** The timer on the review. It interrupts: a review that was completed was completed before it. */
export const SLA_TIMER = 'BoundaryEvent_SLA';

/** The worker's answer. */
export const DECISION_VARIABLE = 'fareRuleCheck';

/** `OTHER`: no answer, or one that the process does not know. It sends both to a person. */
export const DECISIONS = ['ALLOWED', 'WITH_PENALTY', 'MANUAL', 'OTHER'] as const;
export type Decision = (typeof DECISIONS)[number];

export const decisionOf = (answer: unknown): Decision =>
  DECISIONS.find((decision) => decision === answer) ?? 'OTHER';
