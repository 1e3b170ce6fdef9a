import { describe, expect, it, test } from '@jest/globals';
import { registerKeyStates } from '../../../worker/src/telemetry/keyStates.ts';
import { createMetrics } from '../../../worker/src/telemetry/metrics.ts';
import { readPod } from './reading.ts';

describe("a pod's metrics", () => {
  it('are read as the worker writes them', async () => {
    const metrics = createMetrics();
    metrics.llmCalls.inc(4);
    for (const code of ['RATE_LIMITED', 'INSUFFICIENT_QUOTA', 'TIMEOUT']) metrics.llmErrors.inc({ code });
    for (const seconds of [0.3, 0.6, 0.6, 100]) metrics.llmDuration.observe(seconds);
    metrics.llmAnswers.observe(0.6);
    metrics.llmTokens.inc({ type: 'input' }, 300);
    metrics.llmTokens.inc({ type: 'output' }, 5);
    metrics.taskDuration.observe(1.5);
    metrics.tasksInFlight.set(7);
    metrics.charged.inc(0.25);
    const reading = readPod(await metrics.registry.metrics());
    expect(reading?.totals).toEqual({
      calls: 4,
      rateLimited: 2,
      answers: 1,
      answerSeconds: 0.6,
      tokens: 305,
      tasks: 1,
      taskSeconds: 1.5,
      costUSD: 0.25,
    });
    expect([...(reading?.callBuckets ?? [])].filter(([, count]) => count > 0)).toEqual([
      [0.32, 1],
      [0.64, 2],
      [Number.POSITIVE_INFINITY, 1],
    ]);
    expect(reading?.inFlight).toBe(7);
    expect(Math.abs((reading?.startedAt ?? 0) - (Date.now() - process.uptime() * 1_000))).toBeLessThan(2_000);
  });

  it('of a worker that has not called yet have neither errors nor tokens', async () => {
    const reading = readPod(await createMetrics().registry.metrics());
    expect(reading?.totals).toMatchObject({ calls: 0, rateLimited: 0, tokens: 0, costUSD: 0 });
  });

  it('name the keys that cannot be used by their place', async () => {
    const metrics = createMetrics();
    registerKeyStates(metrics.registry, () => [
      { index: 0, quotaGroup: 'a', state: 'usable' },
      { index: 1, quotaGroup: 'a', state: 'refused' },
      { index: 2, quotaGroup: 'b', state: 'exhausted' },
      { index: 3, quotaGroup: 'c', state: 'cooling' },
    ]);
    expect(readPod(await metrics.registry.metrics())?.keyTroubles).toEqual([
      { index: 1, state: 'refused' },
      { index: 2, state: 'exhausted' },
    ]);
  });

  test.each(['99', '-1', '1e1', ''])('name no key that cannot be, such as the one at %s', (index) => {
    const text = `llm_worker_tasks_in_flight 1\nllm_worker_llm_key_state{index="${index}",state="refused"} 1`;
    expect(readPod(text)?.keyTroubles).toBeUndefined();
  });

  test.each([
    ['an empty page', ''],
    ['HTML', '<html><body>It works!</body></html>'],
    ['metrics of something else', 'process_start_time_seconds 1\nhttp_requests_total 3'],
  ])('are not what %s is', (_, text) => {
    expect(readPod(text)).toBeUndefined();
  });

  test.each([
    ['what it is charged', 'llm_worker_charged_usd_total 0.3\nllm_worker_cost_usd_total 0.2', 0.3],
    [
      'what it is charged, unknown',
      'llm_worker_charged_usd_total NaN\nllm_worker_cost_usd_total 0.2',
      undefined,
    ],
    ['the cost, where an earlier version says no more', 'llm_worker_cost_usd_total 0.2', 0.2],
  ])('have as the cost of a pod %s', (_, text, costUSD) => {
    expect(readPod(`${text}\nllm_worker_tasks_in_flight 1`)?.totals.costUSD).toBe(costUSD);
  });

  test.each(['-1', 'NaN', '+Inf', '1e300', 'many'])('leave unknown what is said to be %s', (value) => {
    const reading = readPod(`llm_worker_cost_usd_total ${value}\nllm_worker_tasks_in_flight 1`);
    expect(reading).toEqual({ totals: {}, callBuckets: new Map(), inFlight: 1 });
  });

  test.each([
    ['counts that fall', ['1', 5, '2', 4]],
    ['a bound that is none', ['1', 5, 'two', 6]],
    ['a bucket of nothing', ['1', 5, '2', 'NaN']],
  ])('leave the durations unknown for %s', (_, [first, a, second, b]) => {
    const name = 'llm_worker_openai_api_duration_seconds_bucket';
    const text = `${name}{le="${first}"} ${a}\n${name}{le="${second}"} ${b}\nllm_worker_tasks_in_flight 0`;
    expect(readPod(text)?.callBuckets.size).toBe(0);
  });
});
