/** Order statistics of repeated measurements; pure. */

export interface Spread {
  count: number;
  min: number;
  median: number;
  p99: number;
  max: number;
}

/**
 * The value at a quantile by nearest rank: always one that was measured, never one between two.
 * @param q between 0 and 1
 * @throws RangeError when there is no value, or `q` is no quantile
 */
export function quantile(values: readonly number[], q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`${q} is not a quantile`);
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('no values');
  return found;
}

/**
 * The middle value, or the mean of the two middle ones.
 * @throws RangeError when there is no value
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no values');
  return (lower + upper) / 2;
}

/** @throws RangeError when there is no value */
export function spread(values: readonly number[]): Spread {
  return {
    count: values.length,
    min: quantile(values, 0),
    median: median(values),
    p99: quantile(values, 0.99),
    max: quantile(values, 1),
  };
}
