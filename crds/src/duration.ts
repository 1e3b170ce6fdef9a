/**
 * Durations as Kubernetes users write them: Go's notation, `500ms`, `30s`,
 * `1h30m`. The same pattern goes into the CRD, so that the API server, the
 * operator and the worker agree on what is a duration.
 */

/** Matches a whole duration string; no sign, no days, and within 16 characters no more than Go's 292 years. */
export const DURATION_PATTERN = '^([0-9]{1,6}(\\.[0-9]{1,3})?(ms|s|m|h))+$';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds in a duration string.
 * @throws RangeError when the text is not a duration.
 */
export function durationMs(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text)) {
    throw new RangeError(`"${text}" is not a duration: write for example 500ms, 30s or 1h30m`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  }
  return total;
}
