/** What the pool's own rules, limits and samples do to real refunds, and what record each leaves. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerEnvText } from '@farerules/crds/workerEnv';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { long, type Variables } from '../engine/client.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';
import { type RedisServer, startRedisServer } from './redisServer.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

const MAIN = join(import.meta.dirname, '../../worker/src/main.ts');

let llm: StandIn;
let redis: RedisServer;
let directory: string;

beforeAll(async () => {
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  redis = await startRedisServer();
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
}, 30_000);

afterAll(async () => {
  await redis?.stop();
  await llm?.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Pool {
  refunds: RefundProcess;
  worker: WorkerProcess;
  /** Starts a refund that the stand-in allows unless changed, and waits for what became of it. */
  decide(variables?: Variables): Promise<Record<string, unknown>>;
}

/** A pool of one worker with a process of its own. */
async function withPool(env: WorkerEnvText, use: (pool: Pool) => Promise<void>): Promise<void> {
  const refunds = await deployRefundProcess();
  const worker = await startWorker({
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_BASE_URL: llm.baseURL,
    ...env,
  }).catch(async (error: unknown) => {
    await refunds.remove();
    throw error;
  });
  const decide = async (variables: Variables = {}) => {
    const id = await refunds.start({ ticketClass: 'Business', daysUntilFlight: 30, ...variables });
    return waitFor(`a decision for ${id}`, async () => {
      const found = await refunds.engine.variables(id);
      return found.llmReasoning ? found : undefined;
    });
  };
  try {
    await use({ refunds, worker, decide });
  } finally {
    llm.script([]);
    await worker.stop();
    await refunds.remove();
  }
}

test('a rule decides without a call, and the process says which', async () => {
  const env = { DECISIONS_RULES: 'CouponFlown,CarrierCancelled,TwentyFourHours' };
  await withPool(env, async ({ decide, worker }) => {
    const before = llm.calls().length;
    const bookingId = uniqueBooking();
    const cancelled = { ticketClass: 'Economy', carrierCancelled: true };
    expect(await decide({ ...cancelled, bookingId, couponFlown: false })).toMatchObject({
      fareRuleCheck: 'ALLOWED',
      llmProvider: 'rule:CarrierCancelled@2',
      llmReasoning: expect.stringContaining(
        `Rule CarrierCancelled@2 for ${bookingId}: ALLOWED (the carrier cancelled the flight`,
      ),
    });
    expect((await decide({ couponFlown: true })).fareRuleCheck).toBe('MANUAL');
    const now = new Date();
    const bought = new Date(now.getTime() - 3_600_000).toISOString();
    const recent = { purchaseDate: bought.slice(0, 10), purchaseTime: bought, ticketClass: 'Economy' };
    expect((await decide(recent)).llmProvider).toBe('rule:TwentyFourHours@2');
    expect(llm.calls()).toHaveLength(before);
    // Whether a coupon has been flown is not known: no reason for a refund.
    expect((await decide(cancelled)).llmProvider).toBe('OpenAI GPT-4o-mini');
    expect(await worker.metric('llm_worker_tasks_processed_total', 'source="rule"')).toBe(3);
  });
}, 60_000);

test('above the highest price a person decides, without a call', async () => {
  await withPool({ DECISIONS_MAX_AUTO_REFUND: '{"EUR":20000}' }, async ({ decide }) => {
    expect((await decide({ ticketPriceMinor: long(20_000) })).fareRuleCheck).toBe('ALLOWED');
    const before = llm.calls().length;
    expect((await decide({ ticketPriceMinor: long(20_001) })).llmError).toMatch(/^PRICE_ABOVE_LIMIT: /);
    expect((await decide({ currency: 'USD' })).llmError).toMatch(/^CURRENCY_WITHOUT_LIMIT: /);
    expect(llm.calls()).toHaveLength(before);
  });
}, 60_000);

test('a label that is not probable enough goes to a person, who sees it', async () => {
  await withPool({ DECISIONS_MIN_PROBABILITY: '0.9' }, async ({ decide, worker }) => {
    expect((await decide()).fareRuleCheck).toBe('ALLOWED');
    llm.script([{ kind: 'unsure', probability: 0.7 }]);
    const unsure = await decide();
    expect(unsure.fareRuleCheck).toBe('MANUAL');
    expect(unsure.llmReasoning).toMatch(
      /: ALLOWED; sent to manual review, LOW_PROBABILITY: .* 0\.700, at least 0\.9/,
    );
    expect(unsure).not.toHaveProperty('llmError');
    expect(await worker.metric('llm_worker_held_decisions_total', 'LOW_PROBABILITY')).toBe(1);
  });
}, 60_000);

test('in shadow mode nobody is paid, and each decision is there to compare', async () => {
  await withPool({ DECISIONS_MODE: 'Shadow' }, async ({ decide, worker }) => {
    const bookingId = uniqueBooking();
    expect(await decide({ bookingId })).toMatchObject({
      fareRuleCheck: 'MANUAL',
      llmShadowDecision: 'ALLOWED',
    });
    expect(await decide({ ticketClass: 'Economy' })).toMatchObject({ llmShadowDecision: 'WITH_PENALTY' });
    expect(await payments(bookingId)).toEqual([]);
    await waitFor(
      'both to be counted',
      async () => (await worker.metric('llm_worker_held_decisions_total')) === 2,
    );
    expect(await worker.metric('llm_worker_held_decisions_total', 'label="ALLOWED"')).toBe(1);
  });
}, 60_000);

test('an ALLOWED that hangs on the reason goes to a person where the pool says so', async () => {
  await withPool({ DECISIONS_CONFIRM_ALLOWED: 'WithoutReason' }, async ({ decide }) => {
    const reason = { ticketClass: 'Economy', refundReason: 'Flight cancelled by the airline' };
    expect((await decide(reason)).llmReasoning).toMatch(/TEXT_DECIDES/);
    expect((await decide({ refundReason: 'Change of plans' })).fareRuleCheck).toBe('ALLOWED');
  });
}, 60_000);

describe('the budget', () => {
  test('once spent sends refunds to a person without a call, also after a restart and in another pod', async () => {
    const env = {
      CACHE_REDIS_URL: redis.url,
      CACHE_DECISIONS: 'false',
      LLM_BUDGET_PER_DAY_USD: '0.00004',
      POOL: `budget-${randomUUID()}`,
    };
    await withPool(env, async ({ decide, worker, refunds }) => {
      const results = [];
      for (let count = 0; count < 8; count += 1) results.push((await decide()).llmError);
      expect(results[0]).toBeUndefined();
      expect(results.at(-1)).toMatch(/^BUDGET_SPENT: the budget for the model is spent until \d{4}-/);
      expect(await worker.metric('llm_worker_budget_spent_usd', 'day')).toBeGreaterThanOrEqual(0.00004);
      const spent = llm.calls().length;
      await worker.stop();
      const next = await startWorker({ CAMUNDA_TOPIC: refunds.topic, OPENAI_BASE_URL: llm.baseURL, ...env });
      try {
        await waitFor('the cache', () => next.lines('cache_reached').length > 0);
        expect((await decide()).llmError).toMatch(/^BUDGET_SPENT: /);
        expect(llm.calls()).toHaveLength(spent);
      } finally {
        await next.stop();
      }
    });
  }, 60_000);
});

describe('the record', () => {
  const verify = (file: string) => {
    try {
      const args = ['--disable-warning=ExperimentalWarning', MAIN, 'verify-audit', file];
      return { code: 0, text: execFileSync(process.execPath, args, { encoding: 'utf8' }) };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { code: status, text: stdout };
    }
  };

  test('of each decision is in the file, in the log and in the process, and proves itself', async () => {
    const audit = join(directory, 'whole');
    const env = { AUDIT_DIR: audit, AUDIT_PROCESS_VARIABLES: 'true', DECISIONS_MIN_PROBABILITY: '0.5' };
    await withPool(env, async ({ decide, worker }) => {
      const bookingId = uniqueBooking();
      const first = await decide({ bookingId });
      await decide({ ticketClass: 'Cockpit' });
      const record = JSON.parse(String(first.llmAudit));
      expect(record).toMatchObject({
        booking_id: bookingId,
        decision: 'ALLOWED',
        source: 'llm',
        raw_label: 'ALLOWED',
        probability: expect.any(Number),
        threshold: 0.5,
        input_hmac: expect.stringMatching(/^[0-9a-f]{64}$/),
        model: 'gpt-4o-mini',
        model_returned: 'gpt-4o-mini-2024-07-18',
        request_id: expect.stringMatching(/^req_/),
      });
      const calls = llm.calls();
      const { promptTokens, completionTokens } = calls.at(-1) ?? { promptTokens: 0, completionTokens: 0 };
      expect(record.cost_usd).toBe((promptTokens * 150_000 + completionTokens * 600_000) / 1e12);
      const podFile = join(audit, `${worker.id.replace('llm-fare-analyzer-', '')}.jsonl`);
      // A call, and two decisions with what became of them.
      await waitFor('five records', () => readFileSync(podFile, 'utf8').split('\n').length === 6);
      expect(verify(podFile)).toMatchObject({
        code: 0,
        text: expect.stringMatching(/5 records in 1 chains: unbroken/),
      });
      const log = join(directory, 'pod.log');
      writeFileSync(log, worker.output());
      expect(verify(log)).toMatchObject({
        code: 0,
        text: expect.stringMatching(/5 records in 1 chains: unbroken/),
      });
      writeFileSync(log, worker.output().replace('"decision":"ALLOWED"', '"decision":"MANUAL"'));
      expect(verify(log).code).toBe(1);
      expect(worker.output()).not.toContain('sk-of-the-tests');
    });
  }, 60_000);

  test('that cannot be written costs no refund, and is not lost when the disk is back', async () => {
    const audit = join(directory, 'failing');
    writeFileSync(audit, 'a file where the directory should be');
    await withPool({ AUDIT_DIR: audit }, async ({ decide, worker }) => {
      expect((await decide()).fareRuleCheck).toBe('ALLOWED');
      await waitFor('the failure to be said', () => worker.lines('audit_file_failed').length > 0);
      rmSync(audit);
      mkdirSync(audit);
      chmodSync(audit, 0o700);
      await waitFor('the file to be written', () => worker.lines('audit_file_written').length > 0);
      const podFile = join(audit, `${worker.id.replace('llm-fare-analyzer-', '')}.jsonl`);
      expect(verify(podFile)).toMatchObject({ code: 0, text: expect.stringMatching(/3 records/) });
    });
  }, 60_000);
});
