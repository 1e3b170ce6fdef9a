/**
 * The drill of docs/backup.md, with the chart's own scripts, on a real PostgreSQL and engine of this suite's own: a dump
 * while refunds are on their way, more work after it, and the dump put back.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { installPackage } from '../cluster/packages.ts';
import { type EngineNode, startEngine } from '../engine/camunda.ts';
import { installedPostgres, type Postgres, query, startPostgres } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { type MarkedRefund, startMarked } from '../integration/accounting.ts';
import { deployRefundProcess, payments, type RefundProcess } from '../integration/refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from '../integration/workerHarness.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { sleep, waitFor } from '../support/wait.ts';

/** What was locked when the dump was made is free again soon. */
const SOON = {
  'camunda.bpm.generic-properties.properties.failedJobRetryTimeCycle': 'R10/PT2S',
  'camunda.bpm.job-execution.lock-time-in-millis': 5_000,
};

describe('a dump of the database, put back', () => {
  let home: string;
  let backups: string;
  let postgres: Postgres;
  let engine: EngineNode | undefined;
  let enginePort: number;
  let refunds: RefundProcess;
  let llm: StandIn;
  let worker: WorkerProcess;

  const startNode = async () => {
    engine = await startEngine({
      address: '127.0.0.1',
      port: enginePort,
      postgresURL: postgres.url,
      logFile: join(environment().logs, 'engine-of-backup.log'),
      env: { SPRING_APPLICATION_JSON: JSON.stringify(SOON) },
    });
    return engine;
  };
  /** One of the chart's scripts, as its pod runs it. */
  const script = (name: string, env: Record<string, string> = {}) => {
    const { hostname, port, pathname, username, password } = new URL(postgres.url);
    return run('bash', [join(ROOT, 'charts/ticket-refund/files', name)], {
      env: {
        PATH: `${installedPostgres()}:${process.env.PATH}`,
        PGHOST: hostname,
        PGPORT: port,
        PGDATABASE: pathname.slice(1),
        PGUSER: username,
        PGPASSWORD: password,
        BACKUP_DIR: backups,
        KEEP: '2',
        ARCHIVE_AFTER_DAYS: '0',
        ...env,
      },
    });
  };
  const known = async ({ id }: MarkedRefund) =>
    refunds.engine.processInstance(id).then(
      () => true,
      () => false,
    );
  const allEnded = (of: readonly { id: string }[], timeoutMs: number) =>
    Promise.all(of.map(({ id }) => refunds.engine.waitUntilEnded(id, timeoutMs)));

  beforeAll(async () => {
    await installPackage('postgresql', () => installedPostgres() !== undefined);
    home = mkdtempSync(join(tmpdir(), 'frwp-backup-'));
    chmodSync(home, 0o755); // PostgreSQL runs as a user of its own
    backups = join(home, 'backups');
    mkdirSync(backups);
    postgres = await startPostgres({
      dataDir: join(home, 'postgres'),
      address: '127.0.0.1',
      port: await freePort(),
      logFile: join(environment().logs, 'postgres-of-backup.log'),
    });
    enginePort = await freePort();
    const { baseURL } = await startNode();
    refunds = await deployRefundProcess({ engines: [baseURL], postgres: postgres.url });
    llm = await startStandIn({ latencyMs: { min: 200, max: 800 } });
    worker = await startWorker({
      CAMUNDA_URL: baseURL,
      CAMUNDA_TOPIC: refunds.topic,
      OPENAI_BASE_URL: llm.baseURL,
    });
  }, 240_000);

  afterAll(async () => {
    await worker?.stop();
    await llm?.stop();
    await engine?.stop();
    await postgres?.stop();
    if (home) rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test('the engine goes on from the dump, and nothing is paid twice', async () => {
    const started: MarkedRefund[] = [];
    const start = async (count: number) => {
      for (let index = 0; index < count; index++) {
        started.push(await startMarked(refunds));
        await sleep(60);
      }
    };
    // A person's decision that the dump does not have: it was open then, and is made after it.
    const booking = { bookingId: `T-review-${process.pid}`, ticketClass: 'Economy', daysUntilFlight: 0 };
    const review = await refunds.start(booking);
    const task = () => refunds.engine.userTask(review, 'task_manual_review');
    await task();

    const load = start(40);
    await waitFor('some to be under way', () => started.length >= 15);
    await script('backup-postgres.sh');
    await load;
    await start(10);
    const open = await task();
    await refunds.engine.http.post(`/task/${open.id}/complete`, { variables: { approved: { value: true } } });
    await allEnded([...started, { id: review }], 60_000);
    const paid = await query(postgres.url, 'select count(*) from refund_payment');

    await expect(script('restore-postgres.sh')).rejects.toThrow(
      /connections are open: end every engine node/,
    );
    await engine?.stop();
    expect(await script('restore-postgres.sh')).toMatch(/restored camunda-\d{8}T\d{6}Z\.dump/);
    await startNode();

    const remembered: MarkedRefund[] = [];
    const forgotten: MarkedRefund[] = [];
    for (const refund of started) ((await known(refund)) ? remembered : forgotten).push(refund);
    // The dump was made in the middle: both kinds are there.
    expect(remembered.length).toBeGreaterThanOrEqual(10);
    expect(forgotten.length).toBeGreaterThanOrEqual(10);
    const again = await task();
    await refunds.engine.http.post(`/task/${again.id}/complete`, {
      variables: { approved: { value: true } },
    });
    await allEnded([...remembered, { id: review }], 90_000);
    for (const { id } of remembered) expect(await refunds.engine.completions(id)).toHaveLength(1);

    // Who starts refunds starts those again that the engine does not know: the same bookings.
    const restarted = [];
    for (const { bookingId } of forgotten) {
      restarted.push({
        id: await refunds.start({ bookingId, ticketClass: 'Business', daysUntilFlight: 30 }),
      });
    }
    const ends = await allEnded(restarted, 60_000);
    expect(new Set(ends)).toEqual(new Set(['EndEvent_AlreadyRefunded']));
    for (const { bookingId } of [...started, booking]) {
      expect(await payments(bookingId, postgres.url)).toHaveLength(1);
    }
    expect(await query(postgres.url, 'select count(*) from refund_payment')).toEqual(paid);
  }, 400_000);

  test('the oldest dumps go, and finished instances of past days are archived once', async () => {
    await query(
      postgres.url,
      "update act_hi_procinst set end_time_ = end_time_ - interval '3 days' where end_time_ is not null",
    );
    const days = { ARCHIVE_AFTER_DAYS: '1' };
    const first = await script('backup-postgres.sh', days);
    await sleep(1_100); // a name has seconds
    const second = await script('backup-postgres.sh', days);
    expect(first).toMatch(/archived instances-\d{4}-\d\d-\d\d\.jsonl\.gz/);
    expect(second).not.toMatch(/archived/);
    const files = readdirSync(backups);
    expect(files.filter((name) => name.endsWith('.dump'))).toHaveLength(2);
    const archives = files.filter((name) => name.endsWith('.jsonl.gz'));
    const lines = (
      await run(
        'zcat',
        archives.map((name) => join(backups, name)),
      )
    )
      .trim()
      .split('\n');
    const ended = await query(
      postgres.url,
      'select count(*) from act_hi_procinst where end_time_ is not null',
    );
    expect(lines).toHaveLength(Number(ended[0]?.[0]));
    const [entry] = lines.map((line) => JSON.parse(line));
    expect(entry.variables.map(({ name_ }: { name_: string }) => name_)).toContain('bookingId');
  }, 60_000);
});
