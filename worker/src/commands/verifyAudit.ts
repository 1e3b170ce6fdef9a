/**
 * `verify-audit FILE…`: checks the records of a pod's audit file, or of its
 * log, as `kubectl logs` prints it. Lines that are no records are passed by.
 */
import { readFileSync } from 'node:fs';
import { type ChainedRecord, fault, recordIn } from '../telemetry/auditChain.ts';

export interface Verification {
  records: number;
  chains: number;
  /** In words, with the line; empty where all is well. */
  faults: string[];
  /** The last hash of each chain: what somebody else would have to keep to notice that the end was cut off. */
  heads: Record<string, string>;
}

/** Pure. */
export function verify(lines: readonly string[]): Verification {
  const last = new Map<string, ChainedRecord>();
  const faults: string[] = [];
  let records = 0;
  lines.forEach((line, index) => {
    const record = recordIn(line);
    if (!record) return;
    records += 1;
    const found = fault(record, last.get(record.chain));
    if (found) faults.push(`line ${index + 1}: record ${record.seq} of ${record.chain} ${found}`);
    last.set(record.chain, record);
  });
  const heads = Object.fromEntries([...last].map(([chain, { seq, hash }]) => [chain, `${seq} ${hash}`]));
  return { records, chains: last.size, faults, heads };
}

/** Exit code: 0 all is well, 1 a fault was found, 2 there was nothing to check or no way to. */
export function verifyAudit(files: readonly string[], say: (line: string) => void): number {
  let worst = files.length === 0 ? 2 : 0;
  if (worst) say('usage: verify-audit FILE…');
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      say(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      worst = 2;
      continue;
    }
    const { records, chains, faults, heads } = verify(text.split('\n'));
    for (const found of faults) say(`${file}: ${found}`);
    const verdict =
      records === 0 ? 'no records' : faults.length === 0 ? 'unbroken' : `${faults.length} faults`;
    say(`${file}: ${records} records in ${chains} chains: ${verdict}`);
    for (const [chain, head] of Object.entries(heads)) say(`${file}: ${chain} ends with ${head}`);
    worst = Math.max(worst, records === 0 ? 2 : faults.length > 0 ? 1 : 0);
  }
  return worst;
}
