/**
 * Engine and backup at an external database whose certificate an authority of its own has signed, with what
 * charts/ticket-refund renders for `postgresql.external.caSecret`; a real PostgreSQL and engine of this suite's own.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Authority } from '../cluster/pki.ts';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import {
  chownToPostgres,
  installedPostgres,
  type Postgres,
  query,
  startPostgres,
} from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { freePort } from '../integration/workerHarness.ts';
import { podTemplates, renderChart } from '../network/rendered.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

let home: string;
let authority: Authority;
let postgres: Postgres;
let port: number;
let engine: EngineNode | undefined;

/** Variables of a pod that have values, with its mount of the authority's Secret found here. */
async function variables(of: string): Promise<Record<string, string>> {
  const external = 'postgresql.external';
  const objects = await renderChart('ticket-refund', 'ticket-refund', 'refunds', {
    set: [
      'postgresql.mode=external',
      'postgresql.backup.enabled=true',
      `${external}.host=localhost`,
      `${external}.port=${port}`,
      `${external}.existingSecret=database`,
      `${external}.caSecret=database-ca`,
    ],
  });
  type Variable = { name: string; value?: string };
  const env = podTemplates(objects).find((template) => template.of === of)?.spec.containers[0]
    .env as Variable[];
  return Object.fromEntries(
    env
      .filter(({ value }) => value !== undefined)
      .map(({ name, value = '' }) => [name, value.replace('/database-ca/ca.crt', authority.certFile)]),
  );
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'frwp-database-tls-'));
  chmodSync(home, 0o755); // PostgreSQL runs as a user of its own
  authority = await Authority.create(home, 'authority');
  const { cert, key } = await authority.issue('server', { commonName: 'server', dns: ['localhost'] });
  for (const file of [cert, key]) await chownToPostgres(file);
  port = await freePort();
  postgres = await startPostgres({
    dataDir: join(home, 'postgres'),
    address: 'localhost',
    port,
    logFile: join(environment().logs, 'postgres-with-tls.log'),
    settings: ['ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`],
  });
}, 60_000);

afterAll(async () => {
  await engine?.stop();
  await postgres?.stop();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

test('the engine starts on it, and has no connection without TLS', async () => {
  const { DB_URL = '' } = await variables('Deployment camunda-platform');
  expect(DB_URL).toContain('sslmode=verify-full');
  engine = await startEngine({
    address: '127.0.0.1',
    port: await freePort(),
    postgresURL: postgres.url,
    logFile: join(environment().logs, 'engine-with-database-tls.log'),
    env: { DB_URL },
  });
  const connections = `select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid)
    where application_name like 'PostgreSQL JDBC%'`;
  expect(await query(postgres.url, connections)).toEqual([['t']]);
}, 150_000);

test('the backup is made from it, and not from a server of another name', async () => {
  const backups = join(home, 'backups');
  mkdirSync(backups);
  const { username, password } = new URL(postgres.url);
  const env = {
    ...(await variables('CronJob postgres-backup')),
    PATH: `${installedPostgres()}:${process.env.PATH}`,
    PGUSER: username,
    PGPASSWORD: password,
    BACKUP_DIR: backups,
  };
  const script = join(ROOT, 'charts/ticket-refund/files/backup-postgres.sh');
  await expect(run('bash', [script], { env: { ...env, PGHOST: '127.0.0.1' } })).rejects.toThrow(
    /server certificate .* does not match host name "127.0.0.1"/,
  );
  await run('bash', [script], { env });
  expect(readdirSync(backups).filter((name) => name.endsWith('.dump'))).toHaveLength(1);
}, 60_000);
