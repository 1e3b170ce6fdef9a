/** What the worker is measured with, as processes of this run: no cluster, whose own load would be measured too. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../../cluster/packages.ts';
import { buildEngine } from '../../engine/build.ts';
import { type EngineNode, startEngine } from '../../engine/camunda.ts';
import { type Postgres, startPostgres } from '../../engine/postgres.ts';
import { freePort } from '../../integration/workerHarness.ts';
import { type StandInControl, standInControl } from '../../llm/control.ts';
import type { Settings as StandInSettings } from '../../llm/protocol.ts';
import { ROOT } from '../../support/paths.ts';
import { type ProcessOptions, type RunningProcess, startProcess } from '../../support/process.ts';
import { step } from '../../support/step.ts';
import { waitFor } from '../../support/wait.ts';

const ADDRESS = '127.0.0.1';

export interface Llm {
  /** As the OpenAI client takes it. */
  baseURL: string;
  control: StandInControl;
  process: RunningProcess;
}

export class Backends {
  readonly home: string;
  readonly #running: RunningProcess[] = [];
  #postgres: Postgres | undefined;
  #stopped = false;
  #nodes: EngineNode[] = [];

  private constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'frwp-bench-worker-'));
    // PostgreSQL runs as a user of its own.
    chmodSync(this.home, 0o755);
    mkdirSync(join(this.home, 'logs'));
  }

  /** PostgreSQL and one engine node. */
  static async start(): Promise<Backends> {
    const backends = new Backends();
    try {
      await step('Debian packages', installPackages);
      await step('the engine', buildEngine, ({ reused }) => (reused ? 'reused' : 'built'));
      await step('PostgreSQL', () => backends.#startPostgres());
      await step('engine node 1', () => backends.startNode());
      return backends;
    } catch (error) {
      await backends.stop();
      throw error;
    }
  }

  /** Base URLs of the engine's nodes. */
  get engines(): string[] {
    return this.#nodes.map(({ baseURL }) => baseURL);
  }

  get database(): string {
    if (!this.#postgres) throw new Error('PostgreSQL is not up');
    return this.#postgres.url;
  }

  log(name: string): string {
    return join(this.home, 'logs', `${name}.log`);
  }

  async #startPostgres(): Promise<void> {
    this.#postgres = await startPostgres({
      dataDir: join(this.home, 'postgres'),
      address: ADDRESS,
      port: await freePort(),
      logFile: this.log('postgres'),
      // When a task could be seen by a worker is when its transaction was committed.
      settings: ['track_commit_timestamp=on'],
    });
    this.#running.push(this.#postgres);
  }

  /** One more node of the same cluster. */
  async startNode(): Promise<EngineNode> {
    const port = await freePort();
    const node = await startEngine({
      address: ADDRESS,
      port,
      postgresURL: this.database,
      logFile: this.log(`engine-${port}`),
    });
    this.#running.push(node);
    this.#nodes.push(node);
    return node;
  }

  async stopNode(node: EngineNode): Promise<void> {
    this.#nodes = this.#nodes.filter((other) => other !== node);
    await node.stop();
  }

  /** The stand-in in a process of its own, with answers that take 1.5 s unless said otherwise. */
  async startLlm(settings: Partial<StandInSettings> = {}): Promise<Llm> {
    const port = await freePort();
    const process = await this.startProcess(`llm-${port}`, {
      command: globalThis.process.execPath,
      args: [join(ROOT, 'test/llm/main.ts')],
      env: {
        STANDIN_PORT: String(port),
        STANDIN_LATENCY_MIN_MS: '1500',
        STANDIN_LATENCY_MAX_MS: '1500',
      },
    });
    const origin = `http://${ADDRESS}:${port}`;
    const control = standInControl(`${origin}/_standin`);
    await waitFor('the stand-in LLM to answer', () => control.stats());
    await control.settings(settings);
    return { baseURL: `${origin}/v1`, control, process };
  }

  /** An empty Redis. */
  async startRedis(): Promise<RunningProcess & { url: string }> {
    const port = await freePort();
    const process = await this.startProcess(`redis-${port}`, {
      command: 'redis-server',
      args: [
        '--bind',
        ADDRESS,
        '--port',
        String(port),
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        this.home,
      ],
    });
    return { ...process, url: `redis://${ADDRESS}:${port}` };
  }

  /** Anything else that ends with this. */
  async startProcess(
    name: string,
    options: Omit<ProcessOptions, 'name' | 'logFile'>,
  ): Promise<RunningProcess> {
    const process = await startProcess({ name, logFile: this.log(name), ...options });
    this.#running.push(process);
    if (this.#stopped) {
      await process.stop();
      throw new Error('everything ends');
    }
    return process;
  }

  /** Ends everything, the last started first, and removes what it wrote. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const process of this.#running.toReversed()) await process.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}
