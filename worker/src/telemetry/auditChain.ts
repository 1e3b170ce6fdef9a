/**
 * Records that prove each other: each carries a number, the hash of the one
 * before, and its own. A record that was changed, taken out, put in or moved
 * breaks the chain there. Each process has a chain of its own, whose first
 * record names the last one that it found in the file, so that neither can be
 * taken away unseen. What that cannot show is that the newest records were cut
 * off, or that all was made anew: for that, keep the last hash elsewhere. Pure.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../canonicalJson.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Link {
  /** Names the chain: one for each process. */
  chain: string;
  /** From 1. */
  seq: number;
  /** Hash of the record before; 64 zeros in the first. */
  prev: string;
  /** In the first: the last record of an earlier process, where there is a file that has one. */
  after?: Place;
}

/** A record of another chain. */
export interface Place {
  chain: string;
  seq: number;
  hash: string;
}

/** What a chain begins with. */
export interface Beginning {
  chain: string;
  after: Place | undefined;
}

export interface ChainedRecord extends Fields, Link {
  hash: string;
}

/** Where a log line in Elastic's form keeps the record as it was written: see ecs.ts. */
export const ORIGINAL = 'event.original';

const FIRST = '0'.repeat(64);

/** The record with its place in the chain, as the next one after `last`, or as the first. */
export function chained(
  fields: Fields,
  last: ChainedRecord | undefined,
  { chain, after }: Beginning,
): ChainedRecord {
  const link: Link = last
    ? { chain: last.chain, seq: last.seq + 1, prev: last.hash }
    : { chain, seq: 1, prev: FIRST, ...(after && { after }) };
  const record = { ...fields, ...link };
  return { ...record, hash: hashOf(record) };
}

/** The record in a line of a log or a file; undefined where the line is something else. */
export function recordIn(line: string): ChainedRecord | undefined {
  try {
    const value = JSON.parse(line) as (Partial<ChainedRecord> & { [ORIGINAL]?: unknown }) | null;
    if (typeof value?.[ORIGINAL] === 'string') return recordIn(value[ORIGINAL]);
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

export const placeOf = ({ chain, seq, hash }: ChainedRecord): Place => ({ chain, seq, hash });

/**
 * What is wrong with a record as the next one after `last` in its chain; undefined where nothing is. Without `last` it
 * may have any number: what came before may be in a log that was rotated.
 */
export function fault(record: ChainedRecord, last: ChainedRecord | undefined): string | undefined {
  const { hash, ...content } = record;
  if (hashOf(content) !== hash) return 'was changed: its hash does not fit what it says';
  if (!last)
    return (record.seq === 1) === (record.prev === FIRST) ? undefined : 'is not the first of its chain';
  if (record.seq !== last.seq + 1) return `follows number ${last.seq}: records are missing or moved`;
  return record.prev === last.hash ? undefined : 'does not continue the record before it';
}

function hashOf(content: Fields): string {
  return hash('sha256', canonicalJson(content));
}
