/** Refunds in an installed stack, and what was done for each, counted where it cannot be argued with. */
import { setTimeout as sleep } from 'node:timers/promises';
import { long } from '../engine/client.ts';
import { payments, uniqueBooking } from '../integration/refundProcess.ts';
import { waitFor } from '../support/wait.ts';
import type { Stack } from './stack.ts';

export interface StartedRefund {
  id: string;
  bookingId: string;
}

/** One decision and one payment. */
export const ONCE = { ended: true, completions: 1, payments: 1 };

/** Starts a refund that the stand-in allows and the process pays; tries again where a node is going. */
export function startRefund(stack: Stack): Promise<StartedRefund> {
  const bookingId = uniqueBooking();
  const ticket = {
    bookingId,
    ticketClass: 'First',
    daysUntilFlight: 30,
    purchaseDate: '2025-03-01',
    ticketPriceMinor: long(20_000),
    currency: 'EUR',
    // Its own text, so that no decision of another one is used again.
    refundReason: bookingId,
  };
  return waitFor(
    'the engine to take a refund',
    async () => {
      const engine = await stack.engine();
      // Its answer may have been lost: the business key tells.
      const [known] = (
        await engine.http.get('/history/process-instance', {
          params: { processInstanceBusinessKey: bookingId },
        })
      ).data as { id: string }[];
      return { id: known?.id ?? (await engine.startRefund(ticket)), bookingId };
    },
    { timeoutMs: 120_000, everyMs: 1_000 },
  );
}

/** Starts refunds one after the other until `done`; at least `atLeast`. */
export async function refundsWhile(
  stack: Stack,
  work: () => Promise<unknown>,
  { everyMs, atLeast }: { everyMs: number; atLeast: number },
): Promise<StartedRefund[]> {
  let done = false;
  const started: StartedRefund[] = [];
  const load = (async () => {
    while (!done || started.length < atLeast) {
      started.push(await startRefund(stack));
      await sleep(everyMs);
    }
  })();
  try {
    await work();
  } finally {
    done = true;
  }
  await load;
  return started;
}

/** Waits until all have ended, then counts for each: entries in the engine's log of external tasks, rows in the ledger. */
export async function accountsOf(
  stack: Stack,
  refunds: readonly StartedRefund[],
  timeoutMs = 120_000,
): Promise<(typeof ONCE)[]> {
  const postgres = await stack.postgres();
  await waitFor(
    'every refund to end',
    async () => {
      const engine = await stack.engine();
      const open = [];
      for (const { id } of refunds) if (!(await engine.processInstance(id)).endTime) open.push(id);
      if (open.length > 0) throw new Error(`${open.length} of ${refunds.length} are open, first ${open[0]}`);
      return true;
    },
    { timeoutMs, everyMs: 2_000 },
  );
  const engine = await stack.engine();
  const accounts = [];
  for (const { id, bookingId } of refunds) {
    accounts.push({
      ended: Boolean((await engine.processInstance(id)).endTime),
      completions: (await engine.completions(id)).length,
      payments: (await payments(bookingId, postgres)).length,
    });
  }
  return accounts;
}
