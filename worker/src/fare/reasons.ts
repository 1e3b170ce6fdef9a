/**
 * Why a refund goes to a person although nothing is wrong with the model, each
 * with a code of its own: the code is the metric label, the field of the audit
 * record and the word by which `llmError` or `llmReasoning` can be searched.
 * The model's own failures have theirs in `llm/errors.ts`. Messages are ours and
 * never repeat what a ticket says.
 */

/** Nobody decided: `llmError` says why. */
export const UNDECIDED = {
  INVALID_VARIABLES: 'a field of the ticket is missing or malformed',
  CONTRADICTORY_DATES: 'the dates of the ticket contradict each other or the calendar',
  SUSPICIOUS_TEXT: 'free text of the ticket may be written to steer the model',
  PRICE_UNKNOWN: 'without a price the limit for decisions without a person cannot be checked',
  CURRENCY_WITHOUT_LIMIT: 'no limit for decisions without a person is set for the currency',
  PRICE_ABOVE_LIMIT: 'the price is above the limit for decisions without a person',
  BUDGET_SPENT: 'the budget for the model is spent',
  INTERNAL: 'the worker failed',
} as const;

/** Somebody decided, and a person has to confirm it: `llmReasoning` says why. */
export const HELD = {
  LOW_PROBABILITY: 'the model was not sure enough',
  PROBABILITY_UNKNOWN: 'the model did not say how sure it was',
  TEXT_DECIDES: 'without the free text the model decides otherwise',
  REVIEW_SAMPLE: 'chosen by chance for a person to check',
  SHADOW: 'decisions are only recorded',
} as const;

export type UndecidedCode = keyof typeof UNDECIDED;
export type HeldCode = keyof typeof HELD;

export interface Reason<Code extends string = string> {
  code: Code;
  message: string;
}

/** @param detail what exactly; must not repeat a value of the ticket. */
export function undecided(code: UndecidedCode, detail?: string): Reason<UndecidedCode> {
  return { code, message: detail ?? UNDECIDED[code] };
}
