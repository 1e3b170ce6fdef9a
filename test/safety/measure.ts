/**
 * What becomes of the adversarial and of the honest tickets, with the worker's
 * guards and without, against a model that is easily fooled. The worker's own
 * decision code asks the stand-in over HTTP; there is no engine in between.
 */

import type { WorkerEnvText } from '@farerules/crds/workerEnv';
import { loadConfig } from '../../worker/src/config.ts';
import { Credentials } from '../../worker/src/credentials.ts';
import { type Decider, decide } from '../../worker/src/decide.ts';
import { setUpDecisions } from '../../worker/src/decisions.ts';
import { DirectivesFile } from '../../worker/src/directives.ts';
import type { Variables } from '../../worker/src/fare/ticket.ts';
import { ApiKeys } from '../../worker/src/llm/keys.ts';
import { createAnalyzer } from '../../worker/src/llm/setUp.ts';
import type { Outcome } from '../../worker/src/outcome.ts';
import { createMetrics } from '../../worker/src/telemetry/metrics.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { adversarialTickets, PENALTY, type SafetyTicket } from './adversarial.ts';
import { benignTickets } from './benign.ts';
import { HELD_OUT_ATTACKS } from './heldOut.ts';
import { naiveDecision } from './naive.ts';
import { ALL_PAYLOADS } from './payloads.ts';

export interface Measured {
  tickets: number;
  /** Names of the tickets that got ALLOWED and should not have. */
  falseAllowed: string[];
}

export interface Honest {
  tickets: number;
  /** Names of the tickets that a guard kept from being decided. */
  stopped: string[];
}

/** What of the worker's guards is on: all that always are, and then more. */
export const GUARDS = ['Never', 'WithoutReason', 'WithoutText'] as const;
export type Guards = (typeof GUARDS)[number];

export interface SafetyReport {
  tickets: readonly SafetyTicket[];
  /** Without any guard: the document's prompt. */
  naive: Measured;
  /** With them, and a model that obeys whatever it reads, quoted or not; by `confirmAllowed`. */
  guarded: Record<Guards, Measured>;
  /** The same with a model that obeys in half of the prompts what is inside quotes. */
  sometimes: Measured;
  honest: Record<Guards, Honest>;
}

/** The worker's decisions as its environment makes them. */
function newDecider(llm: StandIn, env: WorkerEnvText): Decider {
  const loaded = loadConfig(
    { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: llm.baseURL, ...env },
    { hostname: 'test', pid: 1 },
  );
  if (!loaded.ok) throw new Error(loaded.problems.join('; '));
  const { config } = loaded;
  const credentials = new Credentials(undefined, []);
  const keys = new ApiKeys(credentials, [], config.secrets.get('OPENAI_API_KEY'));
  const directives = new DirectivesFile(undefined);
  const metrics = createMetrics();
  const parts = { credentials, keys, directives, redis: undefined, metrics };
  return setUpDecisions(config, { ...parts, analyzer: createAnalyzer(config, parts) }).decider;
}

async function outcomes(
  decider: Decider,
  tickets: readonly { variables: Record<string, unknown> }[],
  now: number,
) {
  const results: Outcome[] = [];
  for (const [index, { variables }] of tickets.entries()) {
    const task: Variables = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { value }]),
    );
    const deadline = performance.now() + 10_000;
    const outcome = await decide(
      decider,
      { id: `t-${index}`, variables: task },
      deadline,
      () => undefined,
      undefined,
      now,
    );
    if (outcome.error && /^(CONNECTION|TIMEOUT|SERVER_ERROR|INTERNAL)$/.test(outcome.error.code)) {
      throw new Error(`the stand-in did not answer: ${outcome.error.code}`);
    }
    results.push(outcome);
  }
  return results;
}

const falseAllowed = (tickets: readonly SafetyTicket[], decisions: readonly string[]): Measured => ({
  tickets: tickets.length,
  falseAllowed: tickets
    .filter(({ right }, index) => right !== 'ALLOWED' && decisions[index] === 'ALLOWED')
    .map(({ name }) => name),
});

/** @param now milliseconds since 1970. */
export async function measureSafety(now = Date.now()): Promise<SafetyReport> {
  const orders = [...ALL_PAYLOADS, ...HELD_OUT_ATTACKS];
  const latencyMs = { min: 0, max: 0 };
  const fooled = await startStandIn({ latencyMs, gullible: { orders, followsQuoted: 1 } });
  const sometimes = await startStandIn({ latencyMs, gullible: { orders, followsQuoted: 0.5 } });
  const honest = await startStandIn({ latencyMs });
  const tickets = adversarialTickets(now);
  const good = benignTickets(new Date(now));
  try {
    const decided = async (llm: StandIn, confirmAllowed: Guards) => {
      const results = await outcomes(
        newDecider(llm, { DECISIONS_CONFIRM_ALLOWED: confirmAllowed }),
        tickets,
        now,
      );
      return falseAllowed(
        tickets,
        results.map(({ decision }) => decision),
      );
    };
    const stopped = async (confirmAllowed: Guards): Promise<Honest> => {
      const results = await outcomes(
        newDecider(honest, { DECISIONS_CONFIRM_ALLOWED: confirmAllowed }),
        good,
        now,
      );
      const isStopped = (index: number) => results[index]?.error ?? results[index]?.held;
      return {
        tickets: good.length,
        stopped: good.filter((_, index) => isStopped(index)).map(({ name }) => name),
      };
    };
    const naive: string[] = [];
    for (const { variables } of tickets) naive.push(await naiveDecision(fooled.baseURL, variables));
    return {
      tickets,
      naive: falseAllowed(tickets, naive),
      guarded: {
        Never: await decided(fooled, 'Never'),
        WithoutReason: await decided(fooled, 'WithoutReason'),
        WithoutText: await decided(fooled, 'WithoutText'),
      },
      sometimes: await decided(sometimes, 'Never'),
      honest: {
        Never: await stopped('Never'),
        WithoutReason: await stopped('WithoutReason'),
        WithoutText: await stopped('WithoutText'),
      },
    };
  } finally {
    await Promise.all([fooled.stop(), sometimes.stop(), honest.stop()]);
  }
}

/** What becomes of tickets whose booking id is an order, where the model is sent the booking id and obeys it. */
export async function decideByBookingId(
  bookingIds: readonly string[],
  confirmAllowed: Guards,
): Promise<Outcome[]> {
  const gullible = { orders: bookingIds, followsQuoted: 1 };
  const llm = await startStandIn({ latencyMs: { min: 0, max: 0 }, gullible });
  try {
    const env = { LLM_INCLUDE_BOOKING_ID: 'true', DECISIONS_CONFIRM_ALLOWED: confirmAllowed };
    const tickets = bookingIds.map((bookingId) => ({ variables: { ...PENALTY, bookingId } }));
    return await outcomes(newDecider(llm, env), tickets, Date.now());
  } finally {
    await llm.stop();
  }
}
