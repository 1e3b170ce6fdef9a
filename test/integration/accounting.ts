/**
 * What was really done for a refund, counted where it cannot be argued with: successful entries in the engine's log of
 * external tasks, payments in the ledger, and calls that the model got. A text of the refund's own ties the calls to it.
 */
import { randomUUID } from 'node:crypto';
import type { EngineClient, Variables } from '../engine/client.ts';
import type { Call } from '../llm/protocol.ts';
import { payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';

export interface MarkedRefund {
  id: string;
  bookingId: string;
  /** In the prompt of each of its calls and of no other's. */
  mark: string;
}

export interface Account {
  /** Successful entries in the log of external tasks. */
  completions: number;
  payments: number;
  /** Calls that the model got, whatever it answered. */
  calls: number;
}

/** Decided and paid once, with one question to the model. */
export const ONCE: Account = { completions: 1, payments: 1, calls: 1 };

/** Starts a refund that the stand-in allows, business class, a month ahead; changed by `variables`. */
export async function startMarked(
  refunds: RefundProcess,
  {
    mark = randomUUID(),
    node,
    variables,
  }: { mark?: string; node?: EngineClient; variables?: Variables } = {},
): Promise<MarkedRefund> {
  const bookingId = uniqueBooking();
  const ticket = {
    bookingId,
    ticketClass: 'Business',
    daysUntilFlight: 30,
    refundReason: mark,
    ...variables,
  };
  return { id: await refunds.start(ticket, node), bookingId, mark };
}

/** @param calls all that the model got */
export async function accountOf(
  refunds: RefundProcess,
  { id, bookingId, mark }: MarkedRefund,
  calls: readonly Call[],
): Promise<Account> {
  return {
    completions: (await refunds.engine.completions(id)).length,
    payments: (await payments(bookingId, refunds.postgres)).length,
    calls: calls.filter(({ prompt }) => prompt.includes(mark)).length,
  };
}

/** Waits until all have ended, then counts for each. */
export async function accountsOf(
  refunds: RefundProcess,
  started: readonly MarkedRefund[],
  calls: () => readonly Call[],
  timeoutMs = 30_000,
): Promise<Account[]> {
  await Promise.all(started.map(({ id }) => refunds.engine.waitUntilEnded(id, timeoutMs)));
  return Promise.all(started.map((refund) => accountOf(refunds, refund, calls())));
}
