/** Which refund requests the demo makes, and when: a plan made before the first one is sent. Pure. */
import type { Decision } from '../llm/policy.ts';
import { TICKETS, type TicketVariables, variablesAt } from '../llm/tickets.ts';

export interface LoadOptions {
  /** Requests to make. */
  count: number;
  /** Time over which they arrive, milliseconds. Longer than two HPA syncs, which are 15 s apart. */
  overMs: number;
  /** Share of them that arrives at once, 0 to 1: the backlog that calls for more workers. */
  burstShare: number;
  /** Time that the burst takes, milliseconds. */
  burstMs: number;
}

/** Outlasts two of the autoscaler's rounds of 15 s. */
export const DEFAULT_LOAD: LoadOptions = { count: 320, overMs: 36_000, burstShare: 0.55, burstMs: 6_000 };

export interface PlannedRequest {
  bookingId: string;
  /** When to send it, milliseconds after the start. */
  atMs: number;
  ticketName: string;
  variables: TicketVariables & { paymentScript?: string; slaDuration?: string };
  /** What the ticket table expects the model to decide. */
  expected: Decision;
  /** What the back office will say if the request comes to it. */
  approve: boolean;
  /** Whether the back office lets the review run into its SLA timer. */
  reviewTooLate: boolean;
}

/** Time that a review may take where it is to be too late; the process's own default is two hours. */
const SHORT_SLA = 'PT5S';

/**
 * The requests of one run. Every ticket of the table comes up about equally
 * often; prices differ from request to request, so that no two of them are the
 * same question. Some payments fail as the document has it (twice, then
 * success), a few until an operator steps in, and some reviews come too late.
 */
export function planLoad(run: string, now: Date, options: LoadOptions = DEFAULT_LOAD): PlannedRequest[] {
  const times = arrivalTimes(options);
  let reviews = 0;
  return times.map((atMs, index) => {
    // 29 shares no factor with the table's length, so that neighbours differ and all tickets come up.
    const ticket = TICKETS[(index * 29) % TICKETS.length] as (typeof TICKETS)[number];
    const variables = { ...variablesAt(ticket, now) };
    if (variables.ticketPriceMinor !== undefined) variables.ticketPriceMinor += index;
    if (ticket.expected === 'MANUAL') reviews += 1;
    const reviewTooLate = ticket.expected === 'MANUAL' && reviews % 10 === 0;
    const paymentScript = index % 40 === 7 ? 'FAIL,FAIL,FAIL' : index % 10 === 3 ? 'FAIL,FAIL,OK' : undefined;
    return {
      bookingId: `DEMO-${run}-${String(index + 1).padStart(4, '0')}`,
      atMs,
      ticketName: ticket.name,
      variables: {
        ...variables,
        ...(paymentScript && { paymentScript }),
        ...(reviewTooLate && { slaDuration: SHORT_SLA }),
      },
      expected: ticket.expected,
      approve: index % 3 !== 0,
      reviewTooLate,
    };
  });
}

/** Ascending times in milliseconds: a burst spread evenly over its time, then the rest over what is left. */
export function arrivalTimes({ count, overMs, burstShare, burstMs }: LoadOptions): number[] {
  const burst = Math.round(count * burstShare);
  const tail = count - burst;
  return Array.from({ length: count }, (_, index) =>
    index < burst
      ? (index * burstMs) / burst
      : burstMs + ((index - burst + 1) * (overMs - burstMs)) / Math.max(1, tail),
  );
}
