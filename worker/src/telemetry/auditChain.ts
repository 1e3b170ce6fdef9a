/**
 * Records that prove each other: each carries a number, the hash of the one
 * before, and its own. A record that was changed, taken out, put in or moved
 * breaks the chain there. What it cannot show is that the newest records were
 * cut off, or that a whole chain was made anew: for that, keep its last hash
 * elsewhere. Pure.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonicalJson.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Link {
  /** Names the chain; a new one begins where there is no file to go on with. */
  chain: string;
  /** From 1. */
  seq: number;
  /** Hash of the record before; 64 zeros in the first. */
  prev: string;
}

export interface ChainedRecord extends Fields, Link {
  hash: string;
}

const FIRST = '0'.repeat(64);

/** The record with its place in the chain, as the next one after `last`. */
export function chained(fields: Fields, last: ChainedRecord | undefined, newChain: string): ChainedRecord {
  const link: Link = last
    ? { chain: last.chain, seq: last.seq + 1, prev: last.hash }
    : { chain: newChain, seq: 1, prev: FIRST };
  const record = { ...fields, ...link };
  return { ...record, hash: hashOf(record) };
}

/** The record in a line of a log or a file; undefined where the line is something else. */
export function recordIn(line: string): ChainedRecord | undefined {
  try {
    const value = JSON.parse(line) as Partial<ChainedRecord> | null;
    const { chain, seq, prev, hash } = value ?? {};
    const complete =
      typeof chain === 'string' &&
      Number.isSafeInteger(seq) &&
      typeof prev === 'string' &&
      typeof hash === 'string';
    return complete ? (value as ChainedRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with a record as the next one after `last` in its chain; undefined where nothing is. */
export function fault(record: ChainedRecord, last: ChainedRecord | undefined): string | undefined {
  const { hash, ...content } = record;
  if (hashOf(content) !== hash) return 'was changed: its hash does not fit what it says';
  if (!last) return record.seq === 1 && record.prev === FIRST ? undefined : 'is not the first of its chain';
  if (record.seq !== last.seq + 1) return `follows number ${last.seq}: records are missing or moved`;
  return record.prev === last.hash ? undefined : 'does not continue the record before it';
}

function hashOf(content: Fields): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
