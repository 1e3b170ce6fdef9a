/**
 * Child processes of the local environment. Each writes to a log file of its
 * own and is ended by its process group's id, never by its name.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { STATE } from './paths.ts';

export interface ProcessOptions {
  name: string;
  command: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Standard output and error go here, appended. */
  logFile: string;
  /** Network namespace to run in (`ip netns`); left out: the machine's own. */
  netns?: string;
  /** How long `stop` waits between SIGTERM and SIGKILL. */
  graceMs?: number;
}

export interface RunningProcess {
  name: string;
  pid: number;
  logFile: string;
  /** Resolves when the process has ended, with its exit code or signal. */
  exited: Promise<number | NodeJS.Signals | null>;
  alive(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * In the environment of every process that is started here, and of what it starts in turn: the
 * clean-up finds them by it, also those of a run that was killed before it wrote anything down.
 */
export const MARK = `FRWP_STARTED_FOR=${STATE}`;

const marked = (env: Record<string, string> = {}) => ({
  ...process.env,
  ...env,
  ...Object.fromEntries([MARK.split('=')]),
});

/** Starts a process in a group of its own. Throws when the command cannot be started. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const [command, args] = options.netns
    ? // Not `ip netns exec`: it remounts /sys and hides the cgroups.
      ['nsenter', [`--net=/var/run/netns/${options.netns}`, options.command, ...(options.args ?? [])]]
    : [options.command, options.args ?? []];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: marked(options.env),
    stdio: ['ignore', log, log],
    detached: true,
  });
  await started(child);
  const pid = child.pid as number;
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  const alive = () => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    alive,
    signal,
    async stop() {
      if (!alive()) return;
      signal('SIGTERM');
      const kill = setTimeout(() => signal('SIGKILL'), options.graceMs ?? 10_000);
      await exited;
      clearTimeout(kill);
    },
  };
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

const exec = promisify(execFile);

/**
 * Runs a command to its end and returns what it printed.
 * @throws Error with the end of its output when it fails.
 */
export async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<string> {
  try {
    const promise = exec(command, args, {
      cwd: options.cwd,
      env: marked(options.env),
      maxBuffer: 64 * 1024 * 1024,
    });
    if (options.input !== undefined) promise.child.stdin?.end(options.input);
    return (await promise).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const output = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
    throw new Error(`${command} ${args.slice(0, 4).join(' ')}: ${output || message}`);
  }
}

/** The last lines of a process's log, for an error message. */
export function tail(logFile: string, lines = 20): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
