/** The order in which things happen to one task. */
import { expect, test } from '@jest/globals';
import { DecisionMemory } from './cache/decisionMemory.ts';
import { SharedCalls } from './cache/sharedCalls.ts';
import { EngineError, type EngineErrorCode } from './engine/errors.ts';
import type { EngineNode } from './engine/nodes.ts';
import { handleTask, type TaskHandler } from './handleTask.ts';
import type { Analyzer } from './llm/analyze.ts';
import { Audit } from './telemetry/audit.ts';
import { createMetrics } from './telemetry/metrics.ts';

/** Handles one ticket that a rule allows, at an engine that answers so. Returns all that happened, in order. */
async function handled(answers: (EngineErrorCode | 'ok')[], secrets: () => string[] = () => []) {
  const happened: string[] = [];
  const giveUp = new AbortController();
  const node = {
    ailing: false,
    request: async ({ path }: { path: string }) => {
      happened.push(path.slice(path.lastIndexOf('/') + 1));
      const answer = answers.shift() ?? 'ok';
      if (answers.length === 0) giveUp.abort();
      if (answer !== 'ok') throw new EngineError(answer);
    },
  } as unknown as EngineNode;
  const nodes = { pick: () => node };
  const metrics = createMetrics();
  const log = {
    error: (event: string) => void happened.push(event),
    warn: (event: string) => void happened.push(event),
    info: () => undefined,
    debug: () => undefined,
    record: (line: string) => {
      const { event, decision, settlement } = JSON.parse(line) as Record<string, unknown>;
      happened.push([event, decision, settlement].filter(Boolean).join(' '));
    },
  };
  const audit = new Audit({ log, secrets, fields: {}, model: 'm', threshold: undefined, file: undefined });
  const handler: TaskHandler = {
    decider: {
      // A rule decides: no model is asked.
      analyzer: {} as Analyzer,
      policy: {
        shadow: false,
        rules: ['CarrierCancelled'],
        limits: undefined,
        whenProbabilityUnknown: 'Manual',
        reviewPercent: 0,
        confirmAllowed: 'Never',
      },
      memory: new DecisionMemory({ entries: 0, ttlMs: 1, reuse: false, redis: undefined, metrics }),
      sharedCalls: new SharedCalls({ redis: undefined, callMs: 1, metrics }),
      budget: undefined,
      parameters: { baseURL: '', model: 'm', answerFormat: 'OneWord', call: { max_tokens: 10 } },
      pool: 'p',
      firstApiKey: () => 'sk',
      includeBookingId: false,
    },
    settler: { workerId: 'w', nodes, giveUp: giveUp.signal, onError: () => undefined },
    provider: 'm',
    locks: {
      workerId: 'w',
      nodes,
      lockDurationMs: 10_000,
      marginMs: 1_000,
      holdMs: 10_000,
      mayExtend: () => true,
      onExtension: () => undefined,
    },
    policy: { onFailure: 'Manual', retries: 3, retryTimeoutMs: 1, finally: 'Manual' },
    stopping: () => false,
    onCall: () => undefined,
    audit,
    auditVariable: true,
    metrics,
    log,
  };
  const values = {
    bookingId: 'DEMO-1',
    ticketClass: 'Economy',
    daysUntilFlight: 30,
    purchaseDate: '2025-03-01',
    carrierCancelled: true,
    couponFlown: false,
  };
  const variables = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
  const task = { id: 't', processInstanceId: 'p', variables, lockEnd: performance.now() + 10_000 };
  return { settlement: await handleTask(handler, task), happened };
}

test('a refund has its record before the engine hears of it, and another once it is complete', async () => {
  expect(await handled(['ok'])).toEqual({
    settlement: 'completed',
    happened: ['llm_task_decided ALLOWED', 'complete', 'llm_task_completed ALLOWED'],
  });
});

test.each<[EngineErrorCode, string]>([
  ['NO_ANSWER', 'abandoned'],
  ['NOT_FOUND', 'gone'],
  ['LOCKED_BY_OTHER', 'lock_lost'],
])('it has its record where the engine says %s, too, and then that it is %s', async (answer, settlement) => {
  expect(await handled([answer])).toEqual({
    settlement,
    happened: [
      'llm_task_decided ALLOWED',
      'complete',
      `llm_task_not_completed ALLOWED ${settlement}`,
      'task_not_completed',
    ],
  });
});

test('a record that cannot be made is said, and keeps no task from its end', async () => {
  const defect = () => {
    throw new Error('defect');
  };
  expect(await handled(['ok'], defect)).toEqual({
    settlement: 'completed',
    happened: ['audit_failed', 'audit_failed', 'complete', 'audit_failed'],
  });
});
