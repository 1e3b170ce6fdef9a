/**
 * PostgreSQL as platform teams run it: two servers of which Patroni makes one the primary and, when that
 * is gone, the other; etcd says which. Debian's packages. Each server has a PID namespace of its own, so
 * that killing its first process ends it at once with all that belongs to it, as a machine that dies.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { installPackage } from '../cluster/packages.ts';
import { type RunningProcess, startProcess, tail } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { patroniConfiguration } from './patroniConfiguration.ts';
import { asPostgres, chownToPostgres, query } from './postgres.ts';

const NAME = 'camunda';
const PASSWORD = 'camunda';
const SUPERUSER = 'postgres';
const DATABASE_PORT = 5432;
const ETCD_PORT = 2379;

export interface PatroniOptions {
  /** Holds everything; the user postgres must be able to reach it. */
  home: string;
  /** Two addresses of this machine, one a server, whose ports 5432 and 8008 are free; etcd takes the first's 2379. */
  addresses: readonly [string, string];
  /** Directory of the log files. */
  logs: string;
}

export interface PatroniNode {
  address: string;
  process: RunningProcess;
}

/** What Patroni says of a server. */
interface Member {
  name: string;
  role: string;
  state: string;
}

export class PatroniCluster {
  readonly #options: PatroniOptions;
  readonly #nodes: PatroniNode[] = [];
  #etcd: RunningProcess | undefined;

  private constructor(options: PatroniOptions) {
    this.#options = options;
  }

  /**
   * Both servers, the second a synchronous standby of the first, with the engine's database.
   * @throws Error with the end of a log when they are not ready within two minutes
   */
  static async start(options: PatroniOptions): Promise<PatroniCluster> {
    await installPackage('patroni', () => existsSync('/usr/bin/patroni'));
    // Its way to etcd, which Debian has as one of several.
    await installPackage('python3-etcd', () => existsSync('/usr/lib/python3/dist-packages/etcd'));
    await installPackage('etcd-server', () => existsSync('/usr/bin/etcd'));
    const cluster = new PatroniCluster(options);
    try {
      await cluster.#startEtcd();
      for (const address of options.addresses) await cluster.startNode(address);
      await cluster.synchronous();
      await cluster.#createDatabase();
    } catch (error) {
      const log = join(options.logs, `patroni-${options.addresses[0]}.log`);
      await cluster.stop();
      throw new Error(`Patroni did not start: ${(error as Error).message}\n${tail(log)}`);
    }
    return cluster;
  }

  /** Connection URL of the engine's database on whichever server is the primary, as libpq reads it. */
  get url(): string {
    return this.#url(NAME, NAME, PASSWORD);
  }

  /**
   * The same for the engine: it asks the hosts in turn which is the primary. A host that was found to be
   * a standby is asked again after a second, not after ten; and a server that is away without a word
   * holds no connection for ever.
   */
  get jdbcURL(): string {
    const hosts = this.#options.addresses.map((address) => `${address}:${DATABASE_PORT}`).join(',');
    const options = 'targetServerType=primary&hostRecheckSeconds=1&connectTimeout=2&socketTimeout=30';
    return `jdbc:postgresql://${hosts}/${NAME}?${options}`;
  }

  /** The server that takes writes now. @throws Error when there is none within half a minute */
  primary(): Promise<PatroniNode> {
    return waitFor('a primary', async () => {
      const leader = (await this.#members()).find(({ role }) => role === 'leader')?.name;
      return this.#nodes.find((node) => node.process.alive() && node.address === leader);
    });
  }

  /** Waits until a standby is synchronous: from then on no commit is acknowledged that it has not. */
  async synchronous(): Promise<void> {
    const standby = async () => (await this.#members()).some(({ role }) => role === 'sync_standby');
    await waitFor('a synchronous standby', standby, { timeoutMs: 120_000, everyMs: 500 });
  }

  /** Starts a server, a dead one again. */
  async startNode(address: string): Promise<void> {
    const directory = join(this.#options.home, address);
    const config = join(directory, 'patroni.yaml');
    const etcd = `${this.#options.addresses[0]}:${ETCD_PORT}`;
    const shared = { etcd, superuser: SUPERUSER, password: PASSWORD };
    const server = { address, port: DATABASE_PORT, directory, ...shared };
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(config, stringify(patroniConfiguration(server)), { mode: 0o600 });
    for (const path of [directory, config]) await chownToPostgres(path);
    const { command, args } = asPostgres(['patroni', config]);
    const process = await startProcess({
      name: `patroni-${address}`,
      command: 'unshare',
      args: ['--pid', '--fork', '--kill-child', '--mount-proc', command, ...args],
      cwd: directory, // Patroni starts PostgreSQL from where it runs, which has to be a place that it may enter
      logFile: join(this.#options.logs, `patroni-${address}.log`),
      graceMs: 20_000,
    });
    this.#nodes.push({ address, process });
    const known = async () =>
      (await this.#members()).some(({ name, state }) => name === address && up(state));
    await waitFor(`the server at ${address}`, known, { timeoutMs: 60_000, everyMs: 250 });
    if (!process.alive()) throw new Error(`the server at ${address} ended`);
  }

  async stop(): Promise<void> {
    for (const { process } of this.#nodes.toReversed()) await process.stop();
    await this.#etcd?.stop();
  }

  #url(database: string, user: string, password: string): string {
    const hosts = this.#options.addresses.map((address) => `${address}:${DATABASE_PORT}`).join(',');
    return `postgresql://${user}:${password}@${hosts}/${database}?target_session_attrs=read-write`;
  }

  async #startEtcd(): Promise<void> {
    const { home, addresses, logs } = this.#options;
    const client = `http://${addresses[0]}:${ETCD_PORT}`;
    const peer = `http://${addresses[0]}:2380`;
    this.#etcd = await startProcess({
      name: 'etcd-of-patroni',
      command: 'etcd',
      args: [
        ...['--name=etcd', `--data-dir=${join(home, 'etcd')}`],
        ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
        ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
        `--initial-cluster=etcd=${peer}`,
      ],
      logFile: join(logs, 'etcd-of-patroni.log'),
    });
    await waitFor('etcd', async () => (await fetch(`${client}/health`)).ok, { everyMs: 50 });
  }

  /** As any server that lives sees them; its view lags behind by a turn of Patroni's loop. */
  async #members(): Promise<Member[]> {
    for (const { address, process } of this.#nodes) {
      if (!process.alive()) continue;
      const answer = await fetch(`http://${address}:8008/cluster`).catch(() => undefined);
      if (answer?.ok) return ((await answer.json()) as { members: Member[] }).members;
    }
    return [];
  }

  async #createDatabase(): Promise<void> {
    const url = this.#url('postgres', SUPERUSER, PASSWORD);
    await query(url, `create role ${NAME} login password '${PASSWORD}'`);
    await query(url, `create database ${NAME} owner ${NAME}`);
  }
}

const up = (state: string) => state === 'running' || state === 'streaming';
