/**
 * The processes of the environment. Those that others have to name are written down with their
 * start time (an id alone is not enough: ids are used again); all of them carry a mark, by which
 * a later `make down` finds exactly these, also after the run that started them was killed.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE } from '../support/paths.ts';
import { MARK, type RunningProcess } from '../support/process.ts';
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
  write([...entries(), { name: process.name, pid: process.pid, startTime }]);
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
  write(entries().filter((entry) => entry.name !== name));
}

/** Ends every process that was started for this environment, whoever started it and however far it came. */
export async function stopAll(): Promise<void> {
  // SIGKILL is right for what keeps nothing; these two have something of their own to put away.
  await stopTracked('containerd', 5_000);
  await stopTracked('postgres', 5_000, 'SIGQUIT');
  await waitFor(
    'all processes of the environment to end',
    () => {
      for (const pid of ofThisEnvironment()) kill(pid);
      return ofThisEnvironment().length === 0;
    },
    { timeoutMs: 10_000, everyMs: 50 },
  );
}

/** The written down ones too: Redis writes its title over its environment, and so over the mark. */
function ofThisEnvironment(): number[] {
  const marked = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).split('\0').includes(MARK));
  return [
    ...marked,
    ...entries()
      .filter(alive)
      .map(({ pid }) => pid),
  ];
}

/** Empty for a process that has ended. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Names of the tracked processes that run. */
export function running(): string[] {
  return entries()
    .filter(alive)
    .map((entry) => entry.name);
}

/** Whole or not at all: a run may be killed while it writes. */
function write(list: Entry[]): void {
  writeFileSync(`${FILE}.new`, JSON.stringify(list, null, 1));
  renameSync(`${FILE}.new`, FILE);
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
