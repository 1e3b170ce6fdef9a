/**
 * Asks the model until there is a decision or no point in asking. This is the
 * only retry loop around a call, and every wait in it ends before the task's
 * lock does.
 */
import type { Prompt } from '../fare/prompt.ts';
import { pause } from '../pause.ts';
import type { ModelAnswer } from './completion.ts';
import { LlmError } from './errors.ts';
import type { ApiKeys } from './keys.ts';
import type { ChatModel } from './openai.ts';
import { costUSD, type Price } from './price.ts';
import { MIN_CALL_MS, nextDelayMs } from './retry.ts';
import { judge, type Verdict } from './verdict.ts';

/** A key that was refused costs no attempt while another is there: that is how a rotation looks from here. */
const MAX_KEY_CHANGES = 16;

/** One call, for the audit log and the metrics. */
export interface CallRecord {
  /** From 1, counting every call for the task. */
  number: number;
  durationMs: number;
  verdict: Verdict;
  /** Absent when the call brought no completion. */
  answer?: ModelAnswer;
  /** US dollars; undefined where the price or the usage is not known, 0 where nothing was answered. */
  costUSD: number | undefined;
}

export interface Analysis {
  verdict: Verdict;
  /** US dollars for all calls; undefined when one was answered whose price is not known. */
  costUSD: number | undefined;
}

export interface Analyzer {
  model: ChatModel;
  keys: ApiKeys;
  price: Price | undefined;
  /** Longest time for one call, in milliseconds. */
  timeoutMs: number;
  maxAttempts: number;
}

/**
 * @param deadline on the clock of `performance.now()`: nothing starts or lasts beyond it.
 * @param cancelled ends calls and waits when it is aborted; the verdict is then CANCELLED.
 */
export async function analyze(
  analyzer: Analyzer,
  prompt: Prompt,
  deadline: number,
  onCall: (record: CallRecord) => void,
  cancelled?: AbortSignal,
): Promise<Analysis> {
  const remaining = () => deadline - performance.now();
  let cost: number | undefined = 0;
  let attempt = 1;
  let keyChanges = 0;
  for (let number = 1; ; number += 1) {
    const key = analyzer.keys.next()?.key;
    if (cancelled?.aborted) return { verdict: { error: new LlmError('CANCELLED') }, costUSD: cost };
    if (!key) return { verdict: { error: new LlmError('UNAUTHENTICATED') }, costUSD: cost };
    if (remaining() < MIN_CALL_MS) return { verdict: { error: new LlmError('NO_TIME') }, costUSD: cost };

    const timeoutMs = Math.min(analyzer.timeoutMs, remaining());
    const record = await callOnce(analyzer, prompt, key, timeoutMs, number, cancelled);
    onCall(record);
    const { verdict } = record;
    cost = cost === undefined || record.costUSD === undefined ? undefined : cost + record.costUSD;

    if ('decision' in verdict) return { verdict, costUSD: cost };
    if (verdict.error.code === 'UNAUTHENTICATED' && keyChanges < MAX_KEY_CHANGES) {
      keyChanges += 1;
      if (await analyzer.keys.refused(key)) continue;
    }
    const delay = nextDelayMs({
      attempt,
      maxAttempts: analyzer.maxAttempts,
      error: verdict.error,
      remainingMs: remaining(),
      random: Math.random(),
    });
    if (delay === undefined) return { verdict, costUSD: cost };
    attempt += 1;
    await pause(delay, cancelled);
  }
}

async function callOnce(
  { model, keys, price }: Analyzer,
  prompt: Prompt,
  key: string,
  timeoutMs: number,
  number: number,
  cancelled: AbortSignal | undefined,
): Promise<CallRecord> {
  const start = performance.now();
  const durationMs = () => performance.now() - start;
  try {
    const answer = await model.ask(prompt, key, Math.ceil(timeoutMs), cancelled);
    keys.accepted(key);
    return {
      number,
      durationMs: durationMs(),
      verdict: judge(answer, model.answerFormat),
      answer,
      costUSD: costUSD(price, answer.usage),
    };
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    return { number, durationMs: durationMs(), verdict: { error }, costUSD: 0 };
  }
}
