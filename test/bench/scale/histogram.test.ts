import { describe, expect, it } from '@jest/globals';
import { histogramQuantile } from './histogram.ts';

const text = (below1: number, below2: number, all: number) => `# TYPE d histogram
d_bucket{le="1"} ${below1}
d_bucket{le="2"} ${below2}
d_bucket{le="+Inf"} ${all}
d_count ${all}
other_bucket{le="1"} 99
`;

describe('a quantile of a histogram', () => {
  it.each([
    { of: text(10, 10, 10), q: 0.5, is: 0.5 },
    { of: text(5, 10, 10), q: 0.75, is: 1.5 },
    { of: text(0, 10, 10), q: 0.99, is: 1.99 },
    { of: text(0, 5, 10), q: 0.99, is: 2 },
    { of: text(0, 0, 0), q: 0.99, is: undefined },
    { of: '', q: 0.5, is: undefined },
  ])('at $q is $is', ({ of, q, is }) => {
    if (is === undefined) expect(histogramQuantile(of, 'd', q)).toBeUndefined();
    else expect(histogramQuantile(of, 'd', q)).toBeCloseTo(is);
  });
});
