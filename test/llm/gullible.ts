/**
 * A model that is easily fooled, on purpose: it does what a text tells it,
 * however that is worded or disguised. It need not be clever for that, since it
 * is told which texts are orders; so what it obeys does not depend on what the
 * author of a check thought of.
 */
import { createHash } from 'node:crypto';

export interface Gullibility {
  /** Texts that it obeys where it reads them. */
  orders: readonly string[];
  /** The share of prompts, 0 to 1, in which it obeys what is inside quotes, too; the same prompts each time. */
  followsQuoted: number;
}

/** Whether it obeys something in the prompt, by which it answers ALLOWED. The question around the ticket is no order. */
export function obeys(prompt: string, { orders, followsQuoted }: Gullibility): boolean {
  const lines = prompt.split('\n').slice(1, -1);
  const quoted = lines.map(quotedText).filter((text) => text !== undefined);
  const open = lines.filter((line) => quotedText(line) === undefined).join('\n');
  const contains = (text: string) => orders.some((order) => text.includes(order));
  return contains(open) || (quoted.some(contains) && drawn(prompt) < followsQuoted);
}

/** The text of a line `Name: "text"`, undefined for other lines. */
function quotedText(line: string): string | undefined {
  const json = /^[A-Z][A-Za-z ]*: (".*")$/.exec(line)?.[1];
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

function drawn(prompt: string): number {
  return createHash('sha256').update(prompt).digest().readUInt32BE(0) / 2 ** 32;
}
