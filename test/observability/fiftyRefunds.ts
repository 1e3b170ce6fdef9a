/** Fifty refunds whose truth is known: decisions, failed calls, reviews in time, late and open. */

import type { RefundProcess } from '../integration/refundProcess.ts';
import type { StandIn } from '../llm/standIn.ts';
import { waitFor } from '../support/wait.ts';

/** By the stand-in's policy (test/llm/policy.ts), class and days decide. */
const TICKETS = [
  { decision: 'ALLOWED', count: 20, ticketClass: 'Business', daysUntilFlight: 30 },
  { decision: 'WITH_PENALTY', count: 18, ticketClass: 'Economy', daysUntilFlight: 14 },
  { decision: 'MANUAL', count: 12, ticketClass: 'Economy', daysUntilFlight: 1 },
] as const;

const LATE = 1;
const OPEN = 2;

export const TRUTH = {
  refunds: 50,
  decisions: { ALLOWED: 20, WITH_PENALTY: 18, MANUAL: 12, OTHER: 0 },
  /** Calls that the stand-in answers with 500; each is repeated. */
  failedCalls: 5,
  late: LATE,
  inTime: 12 - LATE - OPEN,
  /** The open reviews, and the late one, which waits for a manager. */
  active: OPEN + LATE,
};

/** No two tickets are the same, so that each is a call: the day of purchase differs. */
const purchaseDate = (index: number) => new Date(Date.UTC(2025, 2, 1 + index)).toISOString().slice(0, 10);

/** Starts them, does the people's part, and returns when the engine has come to the truth. */
export async function runFiftyRefunds({ engine, start }: RefundProcess, llm: StandIn): Promise<void> {
  const tickets = TICKETS.flatMap(({ count, ...ticket }) => Array.from({ length: count }, () => ticket));
  llm.script(
    // Spread over the decisions, and never twice for a ticket.
    Array.from({ length: TRUTH.failedCalls }, (_, index) => ({
      kind: 'serverError' as const,
      promptContains: purchaseDate(index * 10),
    })),
  );
  const started = await Promise.all(
    tickets.map(async ({ decision, daysUntilFlight, ticketClass }, index) => ({
      decision,
      id: await start({
        ticketClass,
        daysUntilFlight,
        purchaseDate: purchaseDate(index),
        // The last one is the one that nobody reviews in time.
        ...(index === tickets.length - 1 && { slaDuration: 'PT2S' }),
      }),
    })),
  );
  const reviews = started.filter(({ decision }) => decision === 'MANUAL');
  for (const { id } of reviews.slice(0, TRUTH.inTime)) {
    const { id: task } = await engine.userTask(id, 'task_manual_review', 60_000);
    await engine.submitForm(task, { approved: false });
  }
  const late = reviews.at(-1)?.id ?? '';
  await engine.userTask(late, 'task_manager_escalation', 60_000);
  await waitFor(
    'all but the open ones to end',
    async () => {
      const ended = await engine.countProcessInstances({ finished: true });
      if (ended !== TRUTH.refunds - TRUTH.active) throw new Error(`${ended} have ended`);
      return true;
    },
    { timeoutMs: 60_000 },
  );
}
