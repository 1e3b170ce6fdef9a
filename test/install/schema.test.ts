/** Two engine nodes that start at once on an empty database, as a Deployment starts them. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import { type Postgres, query, startPostgres } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { freePort } from '../integration/workerHarness.ts';
import { startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

let home: string;
let postgres: Postgres;
let nodes: EngineNode[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'frwp-schema-'));
  chmodSync(home, 0o755); // PostgreSQL runs as a user of its own
  postgres = await startPostgres({
    dataDir: join(home, 'postgres'),
    address: '127.0.0.1',
    port: await freePort(),
    logFile: join(environment().logs, 'postgres-of-schema.log'),
  });
}, 60_000);

afterAll(async () => {
  for (const node of nodes) await node.stop();
  await postgres?.stop();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

test('both come up, one schema and one administrator are made, and the kubelet finds them alive and ready', async () => {
  const basicAuth = { username: 'admin', password: 'password' };
  const start = async (name: string) =>
    startEngine({
      address: '127.0.0.1',
      port: await freePort(),
      postgresURL: postgres.url,
      logFile: join(environment().logs, `engine-of-schema-${name}.log`),
      basicAuth,
      env: { CAMUNDA_BPM_AUTHORIZATION_ENABLED: 'true', REFUND_DEMOUSERS: 'false' },
    });
  // Held here, so that both have to wait for it whatever the machine does.
  const holder = await startProcess({
    name: 'holder-of-the-lock',
    command: 'psql',
    args: [postgres.url, '-qAtc', 'select pg_advisory_lock(7240000), pg_sleep(300)'],
    logFile: join(environment().logs, 'holder-of-the-lock.log'),
  });
  const starting = Promise.allSettled([start('1'), start('2')]);
  try {
    const waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    await waitFor(
      'both to wait for the lock',
      async () => Number((await query(postgres.url, waiting))[0]?.[0]) === 2,
      { timeoutMs: 90_000 },
    );
    expect(await query(postgres.url, "select 1 from pg_tables where tablename like 'act\\_%'")).toEqual([]);
  } finally {
    // Its server process would not notice that the client has gone.
    await query(
      postgres.url,
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted",
    );
    await holder.stop();
  }
  const started = await starting;
  nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(started.map((result) => (result.status === 'rejected' ? String(result.reason) : 'up'))).toEqual([
    'up',
    'up',
  ]);
  expect(await query(postgres.url, 'select id_ from act_id_user')).toEqual([['admin']]);
  for (const { baseURL } of nodes) {
    for (const probe of ['liveness', 'readiness']) {
      const response = await fetch(new URL(`/actuator/health/${probe}`, baseURL));
      expect([response.status, await response.json()]).toEqual([200, { status: 'UP' }]);
    }
  }
}, 240_000);
