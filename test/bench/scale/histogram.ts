/** A quantile of a Prometheus histogram, from the text of /metrics; pure. */

/** Estimated as `histogram_quantile` does, by interpolation within a bucket; undefined when nothing was observed. */
export function histogramQuantile(text: string, name: string, q: number): number | undefined {
  const buckets = [...text.matchAll(new RegExp(`^${name}_bucket\\{[^}]*le="([^"]+)"[^}]*\\} (\\S+)$`, 'gm'))]
    .map(([, le, count]) => ({
      le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
      count: Number(count),
    }))
    .toSorted((a, b) => a.le - b.le);
  const all = buckets.at(-1)?.count ?? 0;
  if (all === 0) return undefined;
  const rank = q * all;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const { le, count } = buckets[index] ?? { le: 0, count: 0 };
  const below = buckets[index - 1] ?? { le: 0, count: 0 };
  if (!Number.isFinite(le)) return below.le;
  return below.le + (le - below.le) * ((rank - below.count) / (count - below.count));
}
