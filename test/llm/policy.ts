/**
 * The policy that the stand-in LLM answers by. It stands for a model's reading
 * of a ticket, so that a demo shows all three paths; it is no airline's policy.
 * The first rule that applies decides:
 *
 * 1. The flight has left (days below 0): MANUAL.
 * 2. The reason says that the carrier cancelled or moved the flight: ALLOWED.
 * 3. The fare rules say refundable and non-refundable both: MANUAL.
 * 4. They say that refunds are free ("fully refundable", "without charge"): ALLOWED.
 * 5. The reason is a death, an illness or a military order: MANUAL, a person looks at it.
 * 6. The flight leaves within two days: MANUAL, except in Business and First.
 * 7. The fare rules name a fee, or say non-refundable: WITH_PENALTY.
 * 8. No fare rules that say anything. By class: First ALLOWED; Business ALLOWED from
 *    7 days, else WITH_PENALTY; Premium Economy ALLOWED from 30 days, else
 *    WITH_PENALTY; Economy WITH_PENALTY; any other class MANUAL.
 */
import type { PromptTicket } from './ticketLines.ts';

export type Decision = 'ALLOWED' | 'WITH_PENALTY' | 'MANUAL';

const CARRIER =
  /\b(cancel(l?ed|lation) by (the )?(airline|carrier)|(airline|carrier) (has )?(cancel|moved|changed))/i;
const HARDSHIP = /\b(death|died|bereavement|funeral|hospital|surgery|medical|illness|military|deployed)\b/i;
const REFUND_DENIED = /\b(non[- ]?refundable|no refunds?|not refundable)\b/i;
const REFUND_FREE = /\b(fully refundable|refundable (at any time )?(without|free of) charge|full refund)\b/i;
const REFUND_FEE = /\b(fee|penalty|charge of|less \d+)\b/i;

/** What the stand-in answers for a ticket. */
export function decide(ticket: PromptTicket): Decision {
  const { daysUntilFlight: days, fareRules, refundReason } = ticket;
  if (days < 0) return 'MANUAL';
  if (CARRIER.test(refundReason)) return 'ALLOWED';
  const denied = REFUND_DENIED.test(fareRules);
  const free = REFUND_FREE.test(fareRules);
  if (denied && free) return 'MANUAL';
  if (free) return 'ALLOWED';
  if (HARDSHIP.test(refundReason)) return 'MANUAL';
  const premium = /^(business|first)$/i.test(ticket.ticketClass);
  if (days < 2 && !premium) return 'MANUAL';
  if (denied || REFUND_FEE.test(fareRules)) return 'WITH_PENALTY';
  return byClass(ticket.ticketClass, days);
}

function byClass(ticketClass: string, days: number): Decision {
  switch (ticketClass.toLowerCase()) {
    case 'first':
      return 'ALLOWED';
    case 'business':
      return days >= 7 ? 'ALLOWED' : 'WITH_PENALTY';
    case 'premium economy':
      return days >= 30 ? 'ALLOWED' : 'WITH_PENALTY';
    case 'economy':
      return 'WITH_PENALTY';
    default:
      return 'MANUAL';
  }
}
