import { describe, expect, it, test } from '@jest/globals';
import { aggregate, lasting, type PodSample, quantile, WINDOW_MS } from './aggregate.ts';
import type { PodReading, Totals } from './reading.ts';

const NOW = 1_767_225_600_000;

const reading = (totals: Totals, more: Partial<PodReading> = {}): PodReading => ({
  totals,
  callBuckets: new Map(),
  ...more,
});
/** Readings of a pod, 10 s apart, the last one now. */
const samples = (...readings: PodReading[]): PodSample[] =>
  readings.map((each, index) => ({ at: NOW - (readings.length - 1 - index) * 10_000, reading: each }));
const stats = (...pods: PodReading[][]) =>
  aggregate(new Map(pods.map((readings, index) => [`pod-${index}`, samples(...readings)])), NOW);
const inf = Number.POSITIVE_INFINITY;

describe("the workers' last minute", () => {
  it('says nothing after the first answer: what was counted before may be old', () => {
    expect(stats([reading({ calls: 100, rateLimited: 50, answers: 50, answerSeconds: 10 })])).toEqual({});
  });

  it('says what all pods together did between their answers', () => {
    const before = reading({
      calls: 10,
      rateLimited: 0,
      answers: 10,
      answerSeconds: 5,
      tokens: 1_000,
      tasks: 10,
      taskSeconds: 9,
    });
    const after = reading({
      calls: 30,
      rateLimited: 5,
      answers: 25,
      answerSeconds: 20,
      tokens: 4_000,
      tasks: 20,
      taskSeconds: 29,
    });
    const other = reading({
      calls: 15,
      rateLimited: 0,
      answers: 15,
      answerSeconds: 10,
      tokens: 2_000,
      tasks: 20,
      taskSeconds: 19,
    });
    expect(stats([before, after], [before, other])).toEqual({
      llmMeanSeconds: 1,
      rate429: 0.2,
      tokensPerCall: 200,
      serviceSeconds: 1.5,
    });
  });

  it('names a key that any pod cannot use, refused before exhausted', () => {
    const good = reading({ calls: 1 });
    const troubles = (...keyTroubles: NonNullable<PodReading['keyTroubles']>) =>
      reading({ calls: 1 }, { keyTroubles });
    const refused = { index: 1, state: 'refused' } as const;
    const exhausted = { index: 0, state: 'exhausted' } as const;
    expect(
      stats([good], [troubles(refused)], [troubles(exhausted, { index: 1, state: 'exhausted' })]),
    ).toEqual({
      keyTroubles: [exhausted, refused],
    });
    expect(stats([troubles(refused), good])).toEqual({});
  });

  it('adds up buckets before it takes the percentile', () => {
    const at = (fast: number, slow: number) =>
      reading(
        {},
        {
          callBuckets: new Map([
            [1, fast],
            [2, 0],
            [4, slow],
            [inf, 0],
          ]),
        },
      );
    // 90 fast calls in one pod, 10 slow ones in the other: the 95th is in the middle of the slow ones.
    expect(stats([at(10, 0), at(100, 0)], [at(0, 5), at(0, 15)]).llmP95Seconds).toBeCloseTo(3, 10);
  });

  test.each([
    ['lower counters', undefined, undefined],
    ['another start', 1, 2],
  ])('counts from zero after a restart: %s', (_, first, second) => {
    const start = (at: number | undefined) => (at === undefined ? {} : { startedAt: at });
    const old = { answers: second ? 5 : 100, answerSeconds: second ? 5 : 100 };
    const before = reading(old, { ...start(first), callBuckets: new Map([[1, 3]]) });
    const after = reading(
      { answers: 10, answerSeconds: 20 },
      { ...start(second), callBuckets: new Map([[1, 8]]) },
    );
    const result = stats([before, after]);
    expect(result.llmMeanSeconds).toBe(2);
    expect(result.llmP95Seconds).toBeCloseTo(0.95, 10);
  });

  it('counts a pod that has gone as long as its answers are of the last minute', () => {
    const gone = (age: number): PodSample[] => [
      { at: NOW - age - 5_000, reading: reading({ tasks: 0, taskSeconds: 0 }) },
      { at: NOW - age, reading: reading({ tasks: 2, taskSeconds: 6 }, { inFlight: 4 }) },
    ];
    expect(aggregate(new Map([['gone', gone(40_000)]]), NOW)).toEqual({ serviceSeconds: 3 });
    expect(aggregate(new Map([['gone', gone(WINDOW_MS)]]), NOW)).toEqual({});
  });

  it('does not take an unknown counter for zero', () => {
    expect(stats([reading({ calls: 1 }), reading({ calls: 2, answers: 9, answerSeconds: 9 })])).toEqual({});
    const buckets = { callBuckets: new Map([[1, 9]]) };
    expect(stats([reading({}), reading({}, buckets)])).toEqual({});
  });

  it('knows what each pod has in work as long as it answers', () => {
    const history = new Map([
      ['a', [{ at: NOW - 20_000, reading: reading({}, { inFlight: 3 }) }]],
      ['b', [{ at: NOW - 20_000, reading: reading({}, { inFlight: 0 }) }]],
      ['silent', [{ at: NOW - 31_000, reading: reading({}, { inFlight: 7 }) }]],
    ]);
    expect(aggregate(history, NOW)).toEqual({ inFlightByPod: { a: 3, b: 0 } });
  });

  it('leaves behind what is true without calls too, and nothing else', () => {
    const before = { llmMeanSeconds: 1, tokensPerCall: 200, serviceSeconds: 2 };
    expect(lasting(before, { llmMeanSeconds: 3, llmP95Seconds: 9, rate429: 0.5 })).toEqual({
      ...before,
      llmMeanSeconds: 3,
    });
  });
});

describe('a percentile', () => {
  test.each<[string, [number, number][], number | undefined]>([
    [
      'nothing',
      [
        [1, 0],
        [inf, 0],
      ],
      undefined,
    ],
    ['one bucket, from zero', [[2, 10]], 1.9],
    [
      'two buckets',
      [
        [1, 90],
        [2, 10],
      ],
      1.5,
    ],
    [
      'buckets out of order',
      [
        [2, 10],
        [1, 90],
      ],
      1.5,
    ],
    [
      'calls beyond the last bound',
      [
        [1, 0],
        [82, 1],
        [inf, 99],
      ],
      82,
    ],
  ])('of %s', (_, buckets, expected) => {
    const result = quantile(new Map(buckets), 0.95);
    if (expected === undefined) expect(result).toBeUndefined();
    else expect(result).toBeCloseTo(expected, 10);
  });
});
