/**
 * The name under which a decision is kept: a hash of everything that the model
 * is given and of how it is asked. Nothing that tells one booking from another
 * goes in, so identical tickets share an entry and the key says nothing about
 * a person.
 */
import { createHash } from 'node:crypto';
import { PROMPT_VERSION, SYSTEM_PROMPT } from '../fare/prompt.ts';
import type { Ticket } from '../fare/ticket.ts';
import type { ModelSettings } from '../llm/openai.ts';

/** How the model is asked, and where it is: the same name elsewhere may be another model. */
export type KeyParameters = ModelSettings;

const PREFIX = 'farerules:decision:';

export function cacheKey({ bookingId: _, ...fields }: Ticket, parameters: KeyParameters): string {
  const identity = {
    prompt: { version: PROMPT_VERSION, system: SYSTEM_PROMPT },
    parameters,
    ticket: fields,
  };
  return PREFIX + createHash('sha256').update(canonicalJson(identity)).digest('hex');
}

/** JSON with sorted keys and without undefined ones: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
