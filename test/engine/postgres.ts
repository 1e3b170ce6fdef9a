/** A PostgreSQL server of our own, from the binaries that Debian installs. */
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type RunningProcess, run, startProcess, tail } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

export interface PostgresOptions {
  /** Holds the database; made when missing, used again when there. The user postgres must be able to reach it. */
  dataDir: string;
  address: string;
  port: number;
  logFile: string;
  /** Further settings, for example `track_commit_timestamp=on`. */
  settings?: string[];
}

export interface Postgres extends RunningProcess {
  /** Connection URL of the engine's database, with user and password. */
  url: string;
}

const NAME = 'camunda';
const PASSWORD = 'camunda';

/** A database for tests may lose its last second when the machine dies, which makes it several times faster. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'shared_buffers=256MB',
  'max_connections=200',
  'unix_socket_directories=',
];

/**
 * Starts PostgreSQL with one database for the engine and waits until it answers.
 * @throws Error when PostgreSQL is not installed or ends at once, with the end of its log.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const bin = postgresBinaries();
  const fresh = !existsSync(join(options.dataDir, 'PG_VERSION'));
  if (fresh) await createCluster(bin, options.dataDir);
  const settings = [
    ...SETTINGS,
    ...(options.settings ?? []),
    `listen_addresses=${options.address}`,
    `port=${options.port}`,
  ];
  const server = await startProcess({
    name: 'postgres',
    ...asPostgres([join(bin, 'postgres'), '-D', options.dataDir, ...settings.flatMap((s) => ['-c', s])]),
    logFile: options.logFile,
  });
  const stop = async () => {
    // SIGTERM waits for every client to leave; SIGINT is PostgreSQL's fast shutdown.
    if (server.alive()) process.kill(server.pid, 'SIGINT');
    await server.stop();
  };
  const url = (database: string) =>
    `postgresql://${NAME}:${PASSWORD}@${options.address}:${options.port}/${database}`;
  try {
    await waitFor('PostgreSQL to answer', () => {
      if (!server.alive()) throw new Error('it ended');
      return run(join(bin, 'psql'), [url('postgres'), '-qAtc', 'select 1']);
    });
    if (fresh) await run(join(bin, 'psql'), [url('postgres'), '-qc', `create database ${NAME}`]);
  } catch (error) {
    await stop();
    throw new Error(`PostgreSQL did not start: ${(error as Error).message}\n${tail(options.logFile)}`);
  }
  return { ...server, stop, url: url(NAME) };
}

/**
 * The rows that a query returns, each as its values.
 * @param url as in `Postgres.url`
 */
export async function query(url: string, sql: string): Promise<string[][]> {
  const output = await run(join(postgresBinaries(), 'psql'), [url, '-qAt', '-F', '\t', '-c', sql]);
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
}

/** Where the newest installed server is; Debian keeps it out of the PATH. */
export function installedPostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

function postgresBinaries(): string {
  const found = installedPostgres();
  if (!found) throw new Error('no PostgreSQL server under /usr/lib/postgresql: apt-get install postgresql');
  return found;
}

async function createCluster(bin: string, dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = join(dirname(dataDir), `.initdb-${process.pid}`);
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  for (const path of [dataDir, passwordFile]) await chownToPostgres(path);
  try {
    const initdb = asPostgres([
      join(bin, 'initdb'),
      ...['-D', dataDir, '-U', NAME, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8'],
      ...['--no-sync', `--pwfile=${passwordFile}`],
    ]);
    await run(initdb.command, initdb.args);
    // It listens on one address of this machine only; who reaches that needs the password.
    writeFileSync(join(dataDir, 'pg_hba.conf'), 'host all all all scram-sha-256\n');
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Gives a path to the user that PostgreSQL runs as, where that is not this one. */
export async function chownToPostgres(path: string): Promise<void> {
  if (!isRoot()) return;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
  chownSync(path, Number(uid), Number(gid));
}

/** PostgreSQL refuses to run as root. */
export function asPostgres(argv: string[]): { command: string; args: string[] } {
  const [command = '', ...args] = isRoot()
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', ...argv]
    : argv;
  return { command, args };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
