/** What a model may answer, and what becomes of anything else. */

export const DECISIONS = ['ALLOWED', 'WITH_PENALTY', 'MANUAL'] as const;
export type Decision = (typeof DECISIONS)[number];

export function isDecision(text: unknown): text is Decision {
  return DECISIONS.some((decision) => decision === text);
}

/**
 * The decision in a model's answer: white space around it and case do not
 * count, every other character does. Undefined for anything but one of the
 * three words; a guess at what the model meant would be ours, not the model's.
 */
export function parseAnswer(content: string): Decision | undefined {
  const word = content.trim();
  // Only ASCII letters: toUpperCase alone would take a dotless i for an I.
  if (!/^[A-Za-z_]+$/.test(word)) return undefined;
  const upper = word.toUpperCase();
  return isDecision(upper) ? upper : undefined;
}
