/**
 * `verify-audit FILE…`: checks the records of a pod's audit file, or of its
 * log, as `kubectl logs` prints it. Lines that are no records are passed by.
 * Several files are read as one, the oldest first: a log that was rotated.
 */
import { readFileSync } from 'node:fs';
import { type ChainedRecord, fault, type Place, recordIn } from '../telemetry/auditChain.ts';

export interface Verification {
  records: number;
  chains: number;
  /** In words, with the line; empty where all is well. */
  faults: string[];
  /** In words: what came before the records that are here, and is not here itself. */
  missing: string[];
  /** The last record of each chain: what somebody else would have to keep to notice that the end was cut off. */
  heads: Record<string, string>;
}

export interface Source {
  name: string;
  lines: readonly string[];
}

/** Pure. */
export function verify(sources: readonly Source[]): Verification {
  const last = new Map<string, ChainedRecord>();
  const seen = new Set<string>();
  const workers = new Set<unknown>();
  const faults: string[] = [];
  const missing: string[] = [];
  for (const { name, lines } of sources) {
    for (const [index, line] of lines.entries()) {
      const record = recordIn(line);
      // Written again when a disk was full in the middle, or in a log and a file: the same once more says nothing new.
      if (!record || (seen.has(record.hash) && fault(record, undefined) === undefined)) continue;
      const place = `${name} line ${index + 1}: record ${record.seq} of ${record.chain}`;
      const before = last.get(record.chain);
      const found =
        fault(record, before) ?? brokenAfter(record.after, { last, seen, workers }, record.worker);
      if (found) faults.push(`${place} ${found}`);
      else if (!before && record.seq > 1)
        missing.push(`${place} is the first here: those before it are not here`);
      else if (record.after && !seen.has(record.after.hash)) {
        missing.push(`${place} follows records of an earlier process that are not here`);
      }
      last.set(record.chain, record);
      seen.add(record.hash);
      workers.add(record.worker);
    }
  }
  const heads = Object.fromEntries([...last].map(([chain, { seq, hash }]) => [chain, `${seq} ${hash}`]));
  return { records: seen.size, chains: last.size, faults, missing, heads };
}

interface Seen {
  last: ReadonlyMap<string, ChainedRecord>;
  seen: ReadonlySet<string>;
  workers: ReadonlySet<unknown>;
}

/** What is wrong with where a chain says that it goes on. A whole earlier part may be elsewhere, a piece of it may not. */
function brokenAfter(after: Place | undefined, { last, seen, workers }: Seen, worker: unknown) {
  if (!after || seen.has(after.hash)) return undefined;
  const ends = last.get(after.chain);
  if (ends)
    return `follows number ${after.seq} of ${after.chain}, which ends with ${ends.seq}: records are missing`;
  return workers.has(worker) ? `follows ${after.chain}, which is missing` : undefined;
}

const USAGE = `verify-audit [--from-start] FILE…: checks audit records, in files or in what kubectl logs printed

  --from-start       fail, too, where records are missing before the first ones that are here

Several files are read as one, the oldest first.`;

/** Exit code: 0 all is well, 1 a fault was found, 2 there was nothing to check or no way to. */
export function verifyAudit(args: readonly string[], say: (line: string) => void): number {
  const fromStart = args.includes('--from-start');
  const files = args.filter((arg) => arg !== '--from-start');
  if (files.length === 0 || files.some((file) => file.startsWith('--'))) {
    say(USAGE);
    return 2;
  }
  const sources: Source[] = [];
  for (const name of files) {
    try {
      sources.push({ name, lines: readFileSync(name, 'utf8').split('\n') });
    } catch (error) {
      say(`${name}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return 2;
    }
  }
  const { records, chains, faults, missing, heads } = verify(sources);
  for (const found of [...faults, ...missing]) say(found);
  const wrong = faults.length + (fromStart ? missing.length : 0);
  const verdict = records === 0 ? 'no records' : wrong === 0 ? 'unbroken' : `${wrong} faults`;
  say(`${records} records in ${chains} chains: ${verdict}`);
  for (const [chain, head] of Object.entries(heads)) say(`${chain} ends with ${head}`);
  if (records === 0) return 2;
  return wrong > 0 ? 1 : 0;
}
