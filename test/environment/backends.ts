/**
 * What the process needs beside the cluster, as processes of this machine:
 * PostgreSQL, two Camunda nodes that share it, Redis, and the model.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { track } from '../cluster/processes.ts';
import { startEngine } from '../engine/camunda.ts';
import { startPostgres } from '../engine/postgres.ts';
import { LOGS, ROOT, STATE } from '../support/paths.ts';
import { run, startProcess } from '../support/process.ts';
import { step } from '../support/step.ts';
import { waitFor } from '../support/wait.ts';
import type { Environment } from './environment.ts';

/** Where the backends listen, as pods and this process both reach them. */
export interface Addresses {
  host: string;
  engines: { address: string; port: number }[];
}

export const POSTGRES_PORT = 5432;
export const REDIS_PORT = 6379;
export const LLM_PORT = 8000;

/** What starts in seconds. */
export interface Stores {
  /** Connection URLs. */
  postgres: string;
  redis: string;
  llm: Omit<Environment['llm'], 'baseURLInCluster'>;
}

/** Starts database, cache and model; each process is written down, so that `down` ends it. */
export async function startStores({ host }: Addresses): Promise<Stores> {
  const database = await step('PostgreSQL', async () => {
    const started = await startPostgres({
      dataDir: join(STATE, 'postgres'),
      address: host,
      port: POSTGRES_PORT,
      logFile: join(LOGS, 'postgres.log'),
    });
    await track(Promise.resolve(started));
    return started;
  });
  await step('Redis', () => startRedis(host));
  const llm = await step(
    process.env.OPENAI_API_KEY ? 'LLM: the real OpenAI API' : 'LLM: stand-in (not OpenAI)',
    () => startLlm(host),
  );
  return { postgres: database.url, redis: `redis://${host}:${REDIS_PORT}/0`, llm };
}

/** Starts the engine nodes one after the other: the first makes the schema. */
export async function startEngines({ engines }: Addresses, postgresURL: string): Promise<void> {
  for (const [index, { address, port }] of engines.entries()) {
    const name = `camunda-${index + 1}`;
    await step(`Camunda node ${index + 1} of ${engines.length}`, async () => {
      const started = await startEngine({ address, port, postgresURL, logFile: join(LOGS, `${name}.log`) });
      await track(Promise.resolve({ ...started, name }));
    });
  }
}

async function startRedis(address: string): Promise<void> {
  const directory = join(STATE, 'redis');
  mkdirSync(directory, { recursive: true });
  const persistence = ['--save', '', '--appendonly', 'no'];
  await track(
    startProcess({
      name: 'redis',
      command: 'redis-server',
      args: [
        '--bind',
        address,
        '--port',
        String(REDIS_PORT),
        '--dir',
        directory,
        '--protected-mode',
        'no',
        ...persistence,
      ],
      logFile: join(LOGS, 'redis.log'),
    }),
  );
  const ping = () => run('redis-cli', ['-h', address, '-p', String(REDIS_PORT), 'ping']);
  await waitFor('Redis to answer', async () => (await ping()).includes('PONG'), { timeoutMs: 10_000 });
}

async function startLlm(host: string): Promise<Stores['llm']> {
  const realKey = process.env.OPENAI_API_KEY;
  if (realKey) {
    return {
      standIn: false,
      baseURL: process.env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
      apiKey: realKey,
    };
  }
  const apiKey = 'sk-stand-in-local-environment';
  await track(
    startProcess({
      name: 'llm-stand-in',
      command: process.execPath,
      args: [join(ROOT, 'test/llm/main.ts')],
      env: { STANDIN_HOST: host, STANDIN_PORT: String(LLM_PORT), STANDIN_KEYS: apiKey },
      logFile: join(LOGS, 'llm-stand-in.log'),
    }),
  );
  const origin = `http://${host}:${LLM_PORT}`;
  await waitFor('the stand-in LLM to answer', async () => (await fetch(`${origin}/_standin/stats`)).ok, {
    timeoutMs: 15_000,
  });
  return { standIn: true, baseURL: `${origin}/v1`, controlURL: `${origin}/_standin`, apiKey };
}
