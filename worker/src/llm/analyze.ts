/**
 * Asks the model until there is a decision or no point in asking. This is the
 * only retry loop around a call, and every wait in it ends before the task's
 * lock does.
 */
import type { Prompt } from '../fare/prompt.ts';
import { pause } from '../pause.ts';
import type { Pacer } from '../quota/pacer.ts';
import type { ModelAnswer } from './completion.ts';
import { LlmError } from './errors.ts';
import type { ApiKey, ApiKeys } from './keys.ts';
import type { ChatModel } from './openai.ts';
import { costUSD, type Price } from './price.ts';
import { coolDownMs, type RateLimits } from './rateLimits.ts';
import { nextDelayMs } from './retry.ts';
import { type Turn, takeTurn } from './turn.ts';
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
  /** US dollars; undefined where the price or the usage is not known, 0 where there was nothing to pay for. */
  costUSD: number | undefined;
}

export interface Analysis {
  verdict: Verdict;
  /** US dollars for all calls; undefined when one was made whose cost is not known. */
  costUSD: number | undefined;
}

export interface Analyzer {
  model: ChatModel;
  keys: ApiKeys;
  pacer: Pacer;
  price: Price | undefined;
  /** Longest time for one call, in milliseconds. */
  timeoutMs: number;
  maxAttempts: number;
  /** Told how long a call waited for a key and for the quota, in milliseconds. */
  onWait: (waitMs: number) => void;
}

/**
 * @param deadline on the clock of `performance.now()`: nothing starts or lasts beyond it.
 * @param signal ends a call or a wait early, with the error CANCELLED.
 */
export async function analyze(
  analyzer: Analyzer,
  prompt: Prompt,
  deadline: number,
  onCall: (record: CallRecord) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<Analysis> {
  const { keys, timeoutMs, maxAttempts } = analyzer;
  const remaining = () => deadline - performance.now();
  let cost: number | undefined = 0;
  let attempt = 1;
  let keyChanges = 0;
  let failure: { error: LlmError } | undefined;
  for (let number = 1; ; number += 1) {
    const asked = performance.now();
    const turn = await takeTurn(analyzer, lengthOf(prompt), remaining, signal);
    analyzer.onWait(performance.now() - asked);
    // What a call met says more than that there was no time for another one.
    if ('error' in turn) return { verdict: signal.aborted ? turn : (failure ?? turn), costUSD: cost };

    const record = await callOnce(analyzer, prompt, turn, Math.min(timeoutMs, remaining()), signal, number);
    onCall(record);
    const { verdict } = record;
    cost = cost === undefined || record.costUSD === undefined ? undefined : cost + record.costUSD;

    if ('decision' in verdict) return { verdict, costUSD: cost };
    failure = verdict;
    const { key } = turn;
    if (keyChanges < MAX_KEY_CHANGES && (await anotherKey(keys, key, verdict.error))) {
      keyChanges += 1;
      continue;
    }
    const delay = nextDelayMs({
      attempt,
      maxAttempts,
      error: verdict.error,
      elsewhere: leftAlone(keys, key, verdict.error),
      remainingMs: remaining(),
      random: Math.random(),
    });
    if (delay === undefined) return { verdict, costUSD: cost };
    attempt += 1;
    await pause(delay, signal);
  }
}

const lengthOf = ({ system, user }: Prompt): number => system.length + user.length;

async function callOnce(
  { model, keys, pacer, price }: Analyzer,
  prompt: Prompt,
  { key, permit }: Turn,
  timeoutMs: number,
  signal: AbortSignal,
  number: number,
): Promise<CallRecord> {
  const start = performance.now();
  const durationMs = () => performance.now() - start;
  try {
    const { answer, limits } = await model.ask(prompt, key.key, Math.max(1, Math.ceil(timeoutMs)), signal);
    keys.accepted(key);
    keys.observed(key.quotaGroup, limits);
    pacer.learn(key.quotaGroup, perMinute(limits));
    pacer.answered(permit, lengthOf(prompt), answer.usage);
    return {
      number,
      durationMs: durationMs(),
      verdict: judge(answer, model.answerFormat),
      answer,
      costUSD: costUSD(price, answer.usage),
    };
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    // A 429 says best what the limit is, and may come before any answer does.
    pacer.learn(key.quotaGroup, perMinute(error.limits));
    const cost = error.mayHaveCost ? undefined : 0;
    return { number, durationMs: durationMs(), verdict: { error }, costUSD: cost };
  }
}

const perMinute = ({ requests, tokens }: RateLimits) => ({
  requestsPerMinute: requests.perMinute,
  tokensPerMinute: tokens.perMinute,
});

/** Whether the same call is worth making with another key at once. */
async function anotherKey(keys: ApiKeys, key: ApiKey, { code }: LlmError): Promise<boolean> {
  if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') return keys.refused(key);
  return code === 'INSUFFICIENT_QUOTA' && keys.exhausted(key);
}

/** After a 429: keeps to what the API asked for. True when another group may be called meanwhile. */
function leftAlone(keys: ApiKeys, { quotaGroup }: ApiKey, { code, retryAfterMs, limits }: LlmError): boolean {
  const coolMs = code === 'RATE_LIMITED' ? coolDownMs(retryAfterMs, limits) : undefined;
  return coolMs !== undefined && keys.limited(quotaGroup, coolMs);
}
