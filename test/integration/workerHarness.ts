/** The real worker as a child process, its log and its metrics. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { WorkerEnvText } from '@farerules/crds/workerEnv';
import { environment } from '../environment/environment.ts';
import { type RunningProcess, startProcess, tail } from '../support/process.ts';
import { sumOfSamples } from '../support/samples.ts';
import { waitFor } from '../support/wait.ts';

const MAIN = join(import.meta.dirname, '../../worker/src/main.ts');

export type LogLine = Record<string, unknown> & { event: string };

export interface WorkerProcess extends RunningProcess {
  id: string;
  /** Everything that it printed. */
  output(): string;
  /** Its log lines with this event. */
  lines(event: string): LogLine[];
  /** What `/metrics` or `/readyz` answers. */
  get(path: '/metrics' | '/readyz' | '/healthz'): Promise<{ status: number; text: string }>;
  /** The sum of a metric's samples whose labels contain `labels`. */
  metric(name: string, labels?: string): Promise<number>;
}

/**
 * Starts a worker and waits until it is ready.
 * @param env on top of the engine's addresses, a lock of 10 s and a long poll of 2 s. Lines of another format than JSON
 * need a METRICS_PORT.
 */
export async function startWorker(env: WorkerEnvText, { ready = true } = {}): Promise<WorkerProcess> {
  const podName = `test-${randomUUID()}`;
  const logFile = join(environment().logs, `worker-${podName}.log`);
  const child = await startProcess({
    name: podName,
    command: process.execPath,
    args: [MAIN],
    env: {
      CAMUNDA_URL: environment().engines.join(','),
      OPENAI_API_KEY: 'sk-of-the-tests',
      LOCK_DURATION_MS: '10000',
      LONG_POLL_MS: '2000',
      LLM_TIMEOUT_MS: '3000',
      METRICS_PORT: '0',
      POD_NAME: podName,
      ...env,
    },
    logFile,
    graceMs: 30_000,
  });
  const output = () => readFileSync(logFile, 'utf8');
  const lines = (event: string) =>
    output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line.event === event);
  const get = async (path: string) => {
    const port = env.METRICS_PORT ?? lines('started')[0]?.metrics_port;
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const metric = async (name: string, labels = '') =>
    sumOfSamples((await get('/metrics')).text, name, labels);
  const worker = { ...child, id: `llm-fare-analyzer-${podName}`, output, lines, get, metric };
  try {
    await waitFor('the worker to be ready', async () => {
      if (!child.alive()) return true;
      const { status } = await get('/readyz');
      return !ready || status === 200;
    });
    if (!child.alive()) throw new Error(`the worker ended: ${tail(logFile)}`);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return worker;
}

/** Runs a command of the worker's image to its end. */
export async function runWorkerCommand(
  args: readonly string[],
  env: WorkerEnvText,
): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, CAMUNDA_URL: environment().engines.join(','), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: output.split('\n').filter(Boolean) };
}

/** A TCP port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
