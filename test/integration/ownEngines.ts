/** A process engine of a suite's own: nodes on a database that other suites do not use, so that both may die. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineNode, type EngineOptions, startEngine } from '../engine/camunda.ts';
import { type Postgres, startPostgres } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { freePort } from './workerHarness.ts';

const ADDRESS = '127.0.0.1';

/**
 * A job that a dead node held comes again when its lock ends, and one that failed after a pause. With
 * the defaults both take five minutes, which no test can wait for.
 */
export const SOON = {
  'camunda.bpm.generic-properties.properties.failedJobRetryTimeCycle': 'R20/PT1S',
  'camunda.bpm.job-execution.lock-time-in-millis': 5_000,
};

/** Properties of the engine as the variable that Spring reads. */
export const asEnv = (properties: object): Record<string, string> => ({
  SPRING_APPLICATION_JSON: JSON.stringify(properties),
});

/** A directory that PostgreSQL, which runs as a user of its own, can reach. */
export function ownDirectory(name: string): string {
  const home = mkdtempSync(join(tmpdir(), `frwp-${name}-`));
  chmodSync(home, 0o755);
  return home;
}

export class OwnEngines {
  readonly nodes: EngineNode[] = [];
  readonly postgres: Postgres;
  readonly #name: string;
  readonly #home: string;

  private constructor(name: string, home: string, postgres: Postgres) {
    this.#name = name;
    this.#home = home;
    this.postgres = postgres;
  }

  /** An empty database and no node yet. */
  static async open(name: string): Promise<OwnEngines> {
    const home = ownDirectory(name);
    const logFile = join(environment().logs, `${name}-postgres.log`);
    const options = { dataDir: join(home, 'postgres'), address: ADDRESS, port: await freePort(), logFile };
    return new OwnEngines(name, home, await startPostgres(options));
  }

  /** As `deployRefundProcess` takes it. */
  get where(): { engines: string[]; postgres: string } {
    return { engines: this.nodes.map(({ baseURL }) => baseURL), postgres: this.postgres.url };
  }

  /** Let the first node make the schema alone. */
  async startNode(change: Partial<EngineOptions> = {}): Promise<EngineNode> {
    const port = await freePort();
    const node = await startEngine({
      address: ADDRESS,
      port,
      postgresURL: this.postgres.url,
      logFile: join(environment().logs, `${this.#name}-engine-${port}.log`),
      env: asEnv(SOON),
      ...change,
    });
    this.nodes.push(node);
    return node;
  }

  async close(): Promise<void> {
    for (const node of this.nodes) {
      node.signal('SIGCONT');
      await node.stop();
    }
    await this.postgres.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }
}
