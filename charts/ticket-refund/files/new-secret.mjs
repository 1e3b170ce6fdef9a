/** What the chart's hook decides about a Secret. No calls. */
import { randomInt } from 'node:crypto';

/** Need no quotes in a shell, a URL or a configuration file. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 190 bits. */
const LENGTH = 32;

/** The Secret with a password by chance beside what it says already. */
export function withPassword(secret) {
  const password = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return { ...secret, stringData: { ...secret.stringData, password } };
}

/**
 * What the API server's answer to a `create` comes to. Only "AlreadyExists" tells that it is there: a quota that was
 * changed meanwhile answers 409, too.
 * @param answer the object, or a Status, or nothing where the body was none of them
 * @throws Error with the API server's words, for what may pass: rights that are not known everywhere yet, a start, a quota
 */
export function outcomeOf(status, answer) {
  if (status === 201) return 'made';
  if (status === 409 && answer?.reason === 'AlreadyExists') return 'kept';
  throw new Error(`HTTP ${status} ${answer?.message ?? answer?.reason ?? ''}`.trim());
}
