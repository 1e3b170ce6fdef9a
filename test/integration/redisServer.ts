/** A Redis of a test's own, which may be stopped in the middle. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { freePort } from './workerHarness.ts';

export interface RedisServer extends RunningProcess {
  url: string;
  port: number;
}

/** @param port left out: one that is free */
export async function startRedisServer(port?: number): Promise<RedisServer> {
  const own = port ?? (await freePort());
  const args = ['--port', String(own), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const logFile = join(mkdtempSync(join(tmpdir(), 'redis-')), 'redis.log');
  const server = await startProcess({ name: 'redis', command: 'redis-server', args, logFile });
  return { ...server, port: own, url: `redis://127.0.0.1:${own}` };
}
