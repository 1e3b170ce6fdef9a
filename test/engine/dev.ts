/**
 * PostgreSQL and engine nodes on this machine, for working on what talks to
 * them: `node test/engine/dev.ts [nodes]`. Ctrl-C ends them; the database is
 * thrown away.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningProcess } from '../support/process.ts';
import { say, step } from '../support/step.ts';
import { buildEngine } from './build.ts';
import { deployProcess, startEngine } from './camunda.ts';
import { startPostgres } from './postgres.ts';

const ADDRESS = '127.0.0.1';
const FIRST_PORT = Number(process.env.ENGINE_PORT ?? 18080);
const POSTGRES_PORT = Number(process.env.POSTGRES_PORT ?? 15432);
const nodes = Number(process.argv[2] ?? 2);

const home = mkdtempSync(join(tmpdir(), 'frwp-engine-'));
chmodSync(home, 0o755);
const logs = join(home, 'logs');
mkdirSync(logs);
const running: RunningProcess[] = [];

async function stop(): Promise<void> {
  for (const part of running.reverse()) await part.stop();
  rmSync(home, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stop().then(() => process.exit(0)));
}

try {
  await step('build the engine', buildEngine, ({ reused }) => (reused ? 'reused' : 'built'));
  const postgres = await step('start PostgreSQL', () =>
    startPostgres({
      dataDir: join(home, 'postgres'),
      address: ADDRESS,
      port: POSTGRES_PORT,
      logFile: join(logs, 'postgres.log'),
    }),
  );
  running.push(postgres);
  for (let index = 0; index < nodes; index++) {
    const port = FIRST_PORT + index;
    const node = await step(`start engine node ${index + 1}`, () =>
      startEngine({
        address: ADDRESS,
        port,
        postgresURL: postgres.url,
        logFile: join(logs, `engine-${port}.log`),
      }),
    );
    running.push(node);
    if (index === 0) await step('deploy ticket-refund', () => deployProcess(node.baseURL));
    say(`          ${node.baseURL}, ${node.webappURL} (demo/demo)`);
  }
  say(`          ${postgres.url}`);
  say(`          logs in ${logs}; Ctrl-C ends everything`);
} catch (error) {
  say(String(error));
  await stop();
  process.exitCode = 1;
}
