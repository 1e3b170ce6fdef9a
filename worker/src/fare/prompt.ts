/**
 * The question that the model is asked: one line per field. Text that somebody
 * wrote, the booking id among it, goes in as a quoted JSON string on one line, so
 * that it reads as data and cannot open a line of its own.
 */
import { DECISIONS } from './answer.ts';
import { formatMinor } from './money.ts';
import type { Ticket } from './ticket.ts';

/** Part of the cache key: raise it with every change of the wording. */
export const PROMPT_VERSION = '3';

const LABELS = `${DECISIONS.slice(0, -1).join(', ')} or ${DECISIONS.at(-1)}`;
const EXPERT = 'You are an airline policy expert.';
export const SYSTEM_PROMPT = `${EXPERT} Respond with only one word.`;

export interface PromptOptions {
  includeBookingId: boolean;
  /** Structured: the API is given a schema for the answer, which has room for a reason. */
  answerFormat: 'OneWord' | 'Structured';
}

export interface Prompt {
  system: string;
  user: string;
}

/** Builds the question. The booking id is left out unless asked for: the decision does not need it. */
export function buildPrompt(ticket: Ticket, options: PromptOptions): Prompt {
  const lines = [
    line('Booking ID', options.includeBookingId ? quoted(ticket.bookingId) : undefined),
    line('Ticket Class', ticket.ticketClass),
    line('Days Until Flight', ticket.daysUntilFlight),
    line('Purchase Date', ticket.purchaseDate),
    line('Purchase Time', ticket.purchaseTime),
    line('Departure Time', ticket.departureTime),
    line('Ticket Price', price(ticket)),
    line('Cancelled By Carrier', yesOrNo(ticket.carrierCancelled)),
    line('Partly Flown', yesOrNo(ticket.couponFlown)),
    line('Fare Rules', quoted(ticket.fareRulesText)),
    line('Refund Reason', quoted(ticket.refundReason)),
  ].filter((text) => text !== undefined);
  const structured = options.answerFormat === 'Structured';
  return {
    system: structured ? EXPERT : SYSTEM_PROMPT,
    user: [
      'Analyze this ticket refund request:',
      '',
      ...lines,
      '',
      structured
        ? `Answer with a decision, ${LABELS}, and say why in one short sentence.`
        : `Answer with one word: ${LABELS}.`,
    ].join('\n'),
  };
}

function line(label: string, value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : `${label}: ${value}`;
}

function yesOrNo(fact: boolean | undefined): string | undefined {
  if (fact === undefined) return undefined;
  return fact ? 'yes' : 'no';
}

function price({ ticketPriceMinor, currency }: Ticket): string | undefined {
  if (ticketPriceMinor === undefined || currency === undefined) return undefined;
  return formatMinor(ticketPriceMinor, currency);
}

/** JSON leaves these characters as they are, yet many readers take them for line ends. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

function quoted(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return JSON.stringify(text).replace(
    LINE_ENDS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
