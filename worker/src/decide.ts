/** From a task's variables to an outcome. Always ends with one: what cannot be decided goes to a person. */

import type { DecisionCache } from './cache/decisionCache.ts';
import { cacheKey, type KeyParameters } from './cache/key.ts';
import { buildPrompt, type Prompt } from './fare/prompt.ts';
import { parseTicket, type Variables } from './fare/ticket.ts';
import { type Analyzer, analyze, type CallRecord } from './llm/analyze.ts';
import type { Outcome } from './outcome.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface Decider {
  analyzer: Analyzer;
  cache: DecisionCache | undefined;
  parameters: KeyParameters;
  includeBookingId: boolean;
  metrics: Metrics;
}

/**
 * @param deadline on the clock of `performance.now()`: the outcome is there by then.
 * @param onCall called for every call to the model.
 * @param cancelled ends calls when it is aborted: the task is gone, or its lock ends.
 */
export async function decide(
  decider: Decider,
  variables: Variables,
  deadline: number,
  onCall: (prompt: Prompt, record: CallRecord) => void,
  cancelled?: AbortSignal,
): Promise<Outcome> {
  const parsed = parseTicket(variables);
  if (!parsed.ok) {
    return {
      decision: 'MANUAL',
      source: 'fallback',
      ...(parsed.bookingId ? { bookingId: parsed.bookingId } : {}),
      error: { code: 'INVALID_VARIABLES', message: parsed.problems.join('; ') },
      costUSD: 0,
    };
  }
  const { ticket } = parsed;
  const { bookingId } = ticket;
  // With the booking id in the prompt no two prompts are alike, and the key would have to hold it.
  const cache = decider.includeBookingId ? undefined : decider.cache;
  const key = cache && cacheKey(ticket, decider.parameters);
  if (cache && key) {
    const { result, decision } = await cache.get(key);
    decider.metrics.cacheRequests.inc({ result });
    if (decision) return { decision, source: 'cache', bookingId, costUSD: 0 };
  }
  const prompt = buildPrompt(ticket, { includeBookingId: decider.includeBookingId });
  const record = (call: CallRecord) => onCall(prompt, call);
  const { verdict, costUSD } = await analyze(decider.analyzer, prompt, deadline, record, cancelled);
  const cost = costUSD === undefined ? {} : { costUSD };
  if ('error' in verdict) {
    const { code, message } = verdict.error;
    return { decision: 'MANUAL', source: 'fallback', bookingId, error: { code, message }, ...cost };
  }
  if (cache && key) cache.put(key, verdict.decision);
  return { decision: verdict.decision, source: 'llm', bookingId, ...cost };
}
