/**
 * A refund request as the process hands it over. Every field is checked and
 * none is repaired: a value that does not fit sends the task to a person, for
 * what a cleaner lets through is chosen by whoever wrote the value.
 */
import { z } from 'zod';

export const CABINS = ['Economy', 'Premium Economy', 'Business', 'First'] as const;
export type Cabin = (typeof CABINS)[number];

/** Booking ids that may appear in a log line, a variable or a prompt. */
const BOOKING_ID = /^[A-Za-z0-9_-]{1,50}$/;

const cabin = z.string().transform((text, context): Cabin => {
  const match = CABINS.find((name) => name.toLowerCase() === text.toLowerCase());
  if (match) return match;
  context.addIssue({ code: 'custom', message: `must be one of ${CABINS.join(', ')}` });
  return z.NEVER;
});

const whole = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .number(message)
    .refine((value) => Number.isSafeInteger(value) && value >= min && value <= max, message);
};

const freeText = (max: number) =>
  z.string('must be text').max(max, `must be at most ${max} characters`).optional();

const time = z.iso
  .datetime({ offset: true, local: true, error: 'must be a date and time such as 2026-12-01T09:30:00Z' })
  .optional();

const fact = z.boolean('must be true or false').optional();

export const ticketSchema = z
  .object({
    bookingId: z
      .string('is missing')
      .regex(BOOKING_ID, 'must be 1 to 50 letters, digits, hyphens or underscores'),
    ticketClass: cabin,
    /** Negative when the flight has left. */
    daysUntilFlight: whole(-366, 1000),
    purchaseDate: z.iso.date('must be a date such as 2026-11-01'),
    /** For the 24-hour rule; a date alone is rarely enough. */
    purchaseTime: time,
    departureTime: time,
    ticketPriceMinor: whole(0, Number.MAX_SAFE_INTEGER).optional(),
    currency: z
      .string('must be text')
      .regex(/^[A-Z]{3}$/, 'must be three capital letters such as EUR')
      .optional(),
    fareRulesText: freeText(2000),
    refundReason: freeText(1000),
    /** Whether the carrier cancelled the flight. */
    carrierCancelled: fact,
    /** Whether any coupon of the ticket has been flown. */
    couponFlown: fact,
  })
  .superRefine((ticket, context) => {
    if (ticket.ticketPriceMinor !== undefined && ticket.currency === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['currency'],
        message: 'is missing: a price without a currency says nothing',
      });
    }
  });

export type Ticket = z.output<typeof ticketSchema>;

/** The process variables that a ticket is read from; the engine sends no others. */
export const TICKET_VARIABLES = Object.keys(ticketSchema.shape) as (keyof Ticket)[];

/** A process variable as the engine's REST API writes it. */
export interface Variable {
  value?: unknown;
  type?: string | null | undefined;
}
export type Variables = Readonly<Record<string, Variable | undefined>>;

export type ParsedTicket =
  | { ok: true; ticket: Ticket }
  /** `problems` names fields and never repeats their values; `bookingId` is there when it was well-formed. */
  | { ok: false; problems: string[]; bookingId?: string };

/** Reads a ticket; reports all that is wrong with it together. */
export function parseTicket(variables: Variables): ParsedTicket {
  const input = Object.fromEntries(TICKET_VARIABLES.map((name) => [name, plain(name, variables[name])]));
  const result = ticketSchema.safeParse(input);
  if (result.success) return { ok: true, ticket: result.data };
  const { bookingId } = input;
  return {
    ok: false,
    problems: result.error.issues.map((issue) => describe(issue.path.join('.'), issue.message, input)),
    ...(typeof bookingId === 'string' && BOOKING_ID.test(bookingId) ? { bookingId } : {}),
  };
}

function describe(field: string, message: string, input: Record<string, unknown>): string {
  return input[field] === undefined && !message.startsWith('is missing')
    ? `${field} is missing`
    : `${field} ${message}`;
}

/** The engine's Date type is written as 2026-11-01T00:00:00.000+0000: read as the ISO text of the field. */
const ENGINE_DATE = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}\.\d{3})([+-]\d{2})(\d{2})$/;

function plain(name: string, variable: Variable | undefined): unknown {
  const value = variable?.value ?? undefined;
  if (variable?.type !== 'Date' || typeof value !== 'string') return value;
  const [, day, time, hours, minutes] = ENGINE_DATE.exec(value) ?? [];
  if (!day) return value;
  return name === 'purchaseDate' ? day : `${day}${time}${hours}:${minutes}`;
}
