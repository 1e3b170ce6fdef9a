/** The API server's audit log grows to hundreds of megabytes: it is read from a place on, not from its start. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Where the log ends now: what is written later is read from here. */
export const endOf = (log: string): number => statSync(log).size;

/** What was written since; the last line may be unfinished. */
export function textSince(log: string, from: number): string {
  const file = openSync(log, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - from));
    const read = readSync(file, buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, read);
  } finally {
    closeSync(file);
  }
}
