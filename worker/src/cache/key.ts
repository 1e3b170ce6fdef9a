/**
 * The name of a question: everything that decides its answer, under a keyed
 * hash. What tells one booking from another goes in only where the model reads
 * it, so identical tickets share a name otherwise; and because the hash has a key, whoever reads Redis or
 * the audit log cannot find out by trying what a ticket said.
 */
import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from '../canonicalJson.ts';
import { PROMPT_VERSION, SYSTEM_PROMPT } from '../fare/prompt.ts';
import type { Ticket } from '../fare/ticket.ts';
import type { ModelSettings } from '../llm/openai.ts';

/** How the model is asked, and where it is: the same name elsewhere may be another model. */
export type KeyParameters = ModelSettings;

/** What an answer had to fulfil to be taken, beside being one of the labels. */
export interface AnswerPolicy {
  minProbability?: number | undefined;
  whenProbabilityUnknown: 'Manual' | 'Accept';
}

/** Raise it when an answer that was good enough no longer is, or the other way round. */
export const POLICY_VERSION = '1';

/**
 * The key of the hash, the same in all pods of a pool: from the pool's first
 * API key, which all of them read and which cannot be guessed; its hash says
 * nothing about it. Redis's password would not do: who has it reads Redis.
 * Another API key there means other names, so decisions are asked for once
 * more after a rotation, and a pod that has not seen it yet shares nothing
 * with one that has for these two seconds. Neither is ever wrong.
 */
export function hashKey(pool: string, firstApiKey: string): Buffer {
  return createHash('sha256')
    .update(canonicalJson(['farerules question', pool, firstApiKey]))
    .digest();
}

export interface Asking {
  parameters: KeyParameters;
  policy: AnswerPolicy;
  /** Whether the model reads the booking id. */
  includeBookingId: boolean;
}

/** 64 hex digits. */
export function questionName(
  { bookingId, ...fields }: Ticket,
  { parameters, policy, includeBookingId }: Asking,
  key: Buffer,
): string {
  const { minProbability, whenProbabilityUnknown } = policy;
  const identity = {
    prompt: { version: PROMPT_VERSION, system: SYSTEM_PROMPT },
    policy: { version: POLICY_VERSION, minProbability, whenProbabilityUnknown },
    parameters,
    ticket: { ...fields, ...(includeBookingId && { bookingId }) },
  };
  return createHmac('sha256', key).update(canonicalJson(identity)).digest('hex');
}
