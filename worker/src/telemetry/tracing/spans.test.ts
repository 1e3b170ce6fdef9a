import { describe, expect, test } from '@jest/globals';
import { isLast, refundSpan, type TaskFacts, taskSpans } from './spans.ts';

const common = { topic: 'analyze', model: 'gpt-4o-mini', call: { 'gen_ai.operation.name': 'chat' } };
const facts: TaskFacts = {
  taskId: 't',
  processInstanceId: 'p',
  created: 1_000,
  fetched: 1_200,
  decided: 2_900,
  settled: 3_000,
  calls: [
    { end: 2_000, durationMs: 700, number: 1, errorCode: 'TIMEOUT' },
    {
      end: 2_800,
      durationMs: 500,
      number: 2,
      modelReturned: 'm',
      inputTokens: 9,
      outputTokens: 1,
      costUSD: 0.1,
    },
  ],
  decision: 'ALLOWED',
  source: 'llm',
  errorCode: undefined,
  heldCode: undefined,
  step: 'complete',
  settlement: 'completed',
};
const shape = (change: Partial<TaskFacts> = {}) =>
  taskSpans({ ...facts, ...change }, common).map(({ name, start, end, error }) => [name, start, end, error]);

describe('one try at a task', () => {
  test('is its wait in the queue, its decision with each call to the model, and what the engine was told', () => {
    expect(shape()).toEqual([
      ['waiting', 1_000, 1_200, undefined],
      ['decide', 1_200, 2_900, undefined],
      ['complete', 2_900, 3_000, undefined],
    ]);
    const calls = taskSpans(facts, common)[1]?.children;
    expect(calls).toEqual([
      {
        name: 'chat gpt-4o-mini',
        kind: 'client',
        start: 1_300,
        end: 2_000,
        attributes: { 'gen_ai.operation.name': 'chat', 'farerules.attempt': 1 },
        error: 'TIMEOUT',
      },
      {
        name: 'chat gpt-4o-mini',
        kind: 'client',
        start: 2_300,
        end: 2_800,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'farerules.attempt': 2,
          'gen_ai.response.model': 'm',
          'gen_ai.usage.input_tokens': 9,
          'gen_ai.usage.output_tokens': 1,
          'farerules.cost_usd': 0.1,
        },
        error: undefined,
      },
    ]);
  });

  test('has no more of the model’s name than a name has, whatever the API says', () => {
    const [call] = [{ end: 2_800, durationMs: 500, number: 1, modelReturned: 'm'.repeat(5_000) }];
    const decide = taskSpans({ ...facts, calls: [call] }, common)[1];
    expect(decide?.children?.[0]?.attributes['gen_ai.response.model']).toBe('m'.repeat(128));
  });

  test.each<[string, Partial<TaskFacts>, unknown[]]>([
    ['nobody decided', { errorCode: 'NO_TIME' }, ['decide', 1_200, 2_900, 'NO_TIME']],
    ['it was reported as failed', { step: 'fail', settlement: 'failed' }, ['fail', 2_900, 3_000, undefined]],
    [
      'it was given back',
      { step: 'giveBack', settlement: 'returned' },
      ['give back', 2_900, 3_000, undefined],
    ],
    ['another had it', { settlement: 'lock_lost' }, ['complete', 2_900, 3_000, 'lock_lost']],
    ['the engine’s clock is ahead', { created: 5_000 }, ['waiting', 1_200, 1_200, undefined]],
  ])('says so where %s', (_what, change, span) => {
    expect(shape(change)).toContainEqual(span);
  });

  test('has no wait where the engine does not say since when, and no end where nothing was sent', () => {
    expect(shape({ created: undefined, step: undefined, settlement: 'gone' }).map(([name]) => name)).toEqual([
      'decide',
    ]);
  });

  test.each(['completed', 'gone'] as const)('is the last one after %s', (settlement) => {
    expect(isLast(settlement)).toBe(true);
  });
  test.each(['failed', 'lock_lost', 'returned', 'abandoned'] as const)(
    'is not the last one after %s',
    (settlement) => {
      expect(isLast(settlement)).toBe(false);
    },
  );
});

describe('the refund', () => {
  test.each<[string, Parameters<typeof refundSpan>[1], number[], boolean | undefined]>([
    ['from the start of its process to its end', { started: 900, ended: 3_400 }, [900, 3_400], true],
    ['to the decision where a person goes on', { started: 900, ended: undefined }, [900, 3_000], false],
    ['around all of its parts, whatever clocks say', { started: 1_100, ended: 2_990 }, [1_000, 3_000], true],
    ['from its task on where the engine does not say', undefined, [1_000, 3_000], undefined],
  ])('lasts %s', (_what, times, [start, end], ended) => {
    const span = refundSpan(facts, times);
    expect([span.start, span.end]).toEqual([start, end]);
    expect(span.attributes['farerules.process_instance.ended']).toBe(ended);
  });

  test('has the decision only where the engine took it', () => {
    const said = (settlement: TaskFacts['settlement']) =>
      refundSpan({ ...facts, settlement }, undefined).attributes['farerules.decision'];
    expect([said('completed'), said('gone')]).toEqual(['ALLOWED', undefined]);
  });

  test('has no ticket data', () => {
    const words = JSON.stringify([refundSpan(facts, undefined), taskSpans(facts, common)]);
    expect(words).not.toMatch(/booking|ticket_class|reason/i);
  });
});
