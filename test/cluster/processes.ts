/**
 * Every process of the environment is written down with its start time, so that
 * a later `make down` ends exactly these, also after the run that started them
 * was killed. A process id alone is not enough: ids are used again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE } from '../support/paths.ts';
import type { RunningProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

const FILE = join(STATE, 'processes.json');

interface Entry {
  name: string;
  pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  startTime: string;
}

/** Writes a started process down. */
export async function track(starting: Promise<RunningProcess>): Promise<RunningProcess> {
  const process = await starting;
  const startTime = startTimeOf(process.pid);
  if (startTime === undefined) throw new Error(`${process.name} ended at once; see ${process.logFile}`);
  writeFileSync(
    FILE,
    JSON.stringify([...entries(), { name: process.name, pid: process.pid, startTime }], null, 1),
  );
  return process;
}

/** Ends one tracked process with its group; does nothing when it is gone. */
export async function stopTracked(
  name: string,
  graceMs = 10_000,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (!existsSync(FILE)) return;
  for (const entry of entries().filter((candidate) => candidate.name === name)) {
    await stop(entry, graceMs, signal);
  }
  writeFileSync(
    FILE,
    JSON.stringify(
      entries().filter((entry) => entry.name !== name),
      null,
      1,
    ),
  );
}

/** Ends all tracked processes but the named, the last started first. */
export async function stopAllTracked(except: string[] = []): Promise<void> {
  const names = entries()
    .map((entry) => entry.name)
    .reverse();
  for (const name of new Set(names)) if (!except.includes(name)) await stopTracked(name, 5_000);
}

/** Names of the tracked processes that run. */
export function running(): string[] {
  return entries()
    .filter(alive)
    .map((entry) => entry.name);
}

function entries(): Entry[] {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Entry[]) : [];
}

const alive = (entry: Entry) => startTimeOf(entry.pid) === entry.startTime;

async function stop(entry: Entry, graceMs: number, signal: NodeJS.Signals): Promise<void> {
  if (!alive(entry)) return;
  process.kill(-entry.pid, signal);
  const gone = () => !alive(entry);
  await waitFor(`${entry.name} to end`, gone, { timeoutMs: graceMs, everyMs: 50 }).catch(() => {
    if (alive(entry)) process.kill(-entry.pid, 'SIGKILL');
    return waitFor(`${entry.name} to be killed`, gone, { timeoutMs: 5_000, everyMs: 50 });
  });
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined; // it has ended
  }
}
