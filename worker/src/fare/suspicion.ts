/**
 * Whether free text of a ticket may be written to steer the model. The quotes
 * around it in the prompt tell the model that it is data, but a model may not
 * keep to that; such a text goes to a person, unread by the model. A false
 * alarm costs a person's look, a missed one may cost a refund. Pure.
 */
import { type Reason, undecided } from './reasons.ts';
import { deceptiveCharacters } from './text/characters.ts';
import { encodedText, fold, readings } from './text/fold.ts';
import { hidesAWord, speaksToTheModel } from './text/phrases.ts';
import type { Ticket } from './ticket.ts';

const FREE_TEXT = ['fareRulesText', 'refundReason'] as const;

/** Where a word of a booking id ends: it has no spaces, and a model reads it nevertheless. */
const BETWEEN_WORDS = /[_-]+|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})/gu;

/**
 * Why the model must not read the ticket, or undefined. Names the field, never its text.
 * @param includeBookingId whether the model would read the booking id, too.
 */
export function suspicion(
  ticket: Pick<Ticket, 'bookingId' | (typeof FREE_TEXT)[number]>,
  { includeBookingId }: { includeBookingId: boolean },
): Reason | undefined {
  if (includeBookingId) {
    const { bookingId } = ticket;
    const because = suspicious(bookingId) ?? suspicious(bookingId.replace(BETWEEN_WORDS, ' '));
    if (because !== undefined) return undecided('SUSPICIOUS_TEXT', `bookingId has ${because}`);
  }
  for (const field of FREE_TEXT) {
    const text = ticket[field];
    const because = text === undefined ? undefined : suspicious(text);
    if (because !== undefined) return undecided('SUSPICIOUS_TEXT', `${field} has ${because}`);
  }
  return undefined;
}

/** What is suspicious about a text, or undefined. */
export function suspicious(text: string): string | undefined {
  const characters = deceptiveCharacters(text);
  if (characters) return characters;
  if (encodedText(text)) return 'text that only a decoder can read';
  const [folded = '', ...others] = readings(text);
  if (others.some((reading) => hidesAWord(folded, reading))) return 'words in disguise';
  if (shoutsALabel(text) || [folded, ...others].some(speaksToTheModel))
    return 'words that speak to the model';
  return undefined;
}

/** A label in capitals is ordinary where everything is in capitals, as airlines' own texts often are. */
function shoutsALabel(text: string): boolean {
  const label = /(?<!\p{L})(?:ALLOWED|WITH[_\s]?PENALTY|MANUAL)(?!\p{L})/gu;
  if (!label.test(text.normalize('NFKC'))) return false;
  const rest = text.normalize('NFKC').replace(label, '');
  const letters = fold(rest).match(/\p{L}/gu)?.length ?? 0;
  const capitals = rest.match(/\p{Lu}/gu)?.length ?? 0;
  return letters === 0 || capitals / letters < 0.7;
}
