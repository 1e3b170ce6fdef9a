/**
 * Where the local environment keeps things. The cache outlives a run and is
 * keyed by content, so that a second run, also from another clone, reuses it;
 * the state belongs to one run and goes with it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

export const CACHE =
  process.env.FRWP_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fareruleworkerpool');

/** State of the one local environment that a machine can run at a time. */
export const STATE = process.env.FRWP_STATE ?? '/tmp/fareruleworkerpool';
export const LOGS = join(STATE, 'logs');
export const ENVIRONMENT_FILE = join(STATE, 'environment.json');

const SKIPPED = new Set(['node_modules', 'dist', 'target', '.git']);

/** Short hash over the contents of files and folders, for names in the cache. */
export function contentHash(paths: string[], ...salt: string[]): string {
  const hash = createHash('sha256');
  for (const text of salt) hash.update(`${text}\0`);
  const visit = (path: string) => {
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort()) if (!SKIPPED.has(entry)) visit(join(path, entry));
    } else {
      hash.update(`${path.slice(ROOT.length)}\0`).update(readFileSync(path));
    }
  };
  for (const path of paths) visit(path);
  return hash.digest('hex').slice(0, 16);
}
