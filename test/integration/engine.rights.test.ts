/** An engine with authorization, and a user who may do what docs/engine-rights.sh grants and nothing else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installPackage } from '../cluster/packages.ts';
import { EngineClient } from '../engine/client.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { accountsOf, ONCE, startMarked } from './accounting.ts';
import { exporterFigures } from './exporterFigures.ts';
import { TestCluster } from './operatorHarness.ts';
import { asEnv, OwnEngines, SOON } from './ownEngines.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { startWorker, type WorkerProcess } from './workerHarness.ts';

const ADMIN = { username: 'demo', password: 'demo' };
const USER = { username: 'farerules', password: 'technical-password' };

let engines: OwnEngines;
let refunds: RefundProcess;
let llm: StandIn;
let cluster: TestCluster;
let worker: WorkerProcess | undefined;
let operator: Awaited<ReturnType<TestCluster['startLeader']>>;
/** As the technical user. */
let user: EngineClient;

beforeAll(async () => {
  await installPackage('curl', () => existsSync('/usr/bin/curl'));
  engines = await OwnEngines.open('rights');
  const env = asEnv({ ...SOON, 'camunda.bpm.authorization.enabled': true });
  await engines.startNode({ basicAuth: ADMIN, env });
  refunds = await deployRefundProcess(engines.where, ADMIN);
  user = new EngineClient(engines.where.engines[0] ?? '', {
    processKey: refunds.engine.processKey,
    basicAuth: USER,
  });
  llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  cluster = await TestCluster.open('rights');
  operator = await cluster.startLeader({ EXPORTER_INTERVAL_SECONDS: '1' });
  await cluster.secret('openai', { 'api-key': 'key' });
  await cluster.secret('engine', USER);
}, 240_000);

afterAll(async () => {
  await worker?.stop();
  await cluster?.close();
  await llm?.stop();
  await engines?.close();
}, 60_000);

/** The script as its reader runs it. */
const grant = (...processDefinitions: string[]) =>
  run('sh', [join(ROOT, 'docs', 'engine-rights.sh'), ...processDefinitions], {
    env: {
      ENGINE_URL: engines.where.engines[0] ?? '',
      ADMIN: `${ADMIN.username}:${ADMIN.password}`,
      USERNAME: USER.username,
      PASSWORD: USER.password,
    },
  });

/** What the operator tells of the refunds. */
const figures = () =>
  exporterFigures(operator.metricsPort, { process: refunds.engine.processKey, topic: refunds.topic });

/** Takes a right from all that the user was granted. */
async function revoke(permission: string): Promise<void> {
  const { http } = refunds.engine;
  const { data } = await http.get<{ id: string; permissions: string[] }[]>('/authorization', {
    params: { userIdIn: USER.username, resourceType: 6 },
  });
  for (const { id, ...authorization } of data) {
    const permissions = authorization.permissions.filter((name) => name !== permission);
    await http.put(`/authorization/${id}`, { ...authorization, permissions });
  }
}

test('without a right the condition and the log say which; with those of the script all work is done', async () => {
  const key = refunds.engine.processKey;
  // The user exists, and may see another process alone.
  await grant('another-process');
  const waiting = await startMarked(refunds);
  worker = await startWorker({
    CAMUNDA_URL: engines.where.engines.join(','),
    CAMUNDA_TOPIC: refunds.topic,
    CAMUNDA_PROCESS_DEFINITION_KEYS: key,
    CAMUNDA_USERNAME: USER.username,
    CAMUNDA_PASSWORD: USER.password,
    OPENAI_BASE_URL: llm.baseURL,
  });
  await cluster.createPool('pool', {
    engine: {
      urls: engines.where.engines,
      topic: refunds.topic,
      processDefinitionKeys: [key],
      basicAuthSecretRef: { name: 'engine' },
    },
  });
  // This is what makes it dangerous: the engine says that there is nothing.
  expect(await user.externalTaskCount({ topicName: refunds.topic })).toBe(0);
  expect(await refunds.engine.externalTaskCount({ topicName: refunds.topic })).toBe(1);

  const blind = await cluster.condition('pool', 'EngineReachable', 'CountFailed', 20_000);
  expect(blind.message).toContain(`grant READ_INSTANCE on the process definition ${key}`);
  // Nor does it say so of the history, or of what is open: this is not told as truth.
  expect(await user.countProcessInstances({})).toBe(0);
  await waitFor('the exporter', async () => (await figures()).fareruleworkerpool_exporter_up === 0);
  const untold = Object.keys(await figures());
  for (const name of ['camunda_process_instances_total started', 'camunda_incidents_open']) {
    expect(untold).not.toContain(name);
  }
  expect(untold).not.toContain('camunda_external_tasks_pending');
  const meanwhile = await startMarked(refunds);
  const said = await waitFor('the log', () => worker?.lines('engine_right_missing')[0]);
  expect(said.grant).toBe(
    `READ_INSTANCE on the process definition ${key}; UPDATE_INSTANCE on the process definition ${key}`,
  );

  await grant(key);
  await grant(key); // changes nothing
  await cluster.condition('pool', 'EngineReachable', 'Counted', 20_000);
  const started = [waiting, meanwhile, await startMarked(refunds), await startMarked(refunds)];
  expect(await accountsOf(refunds, started, llm.calls)).toEqual(started.map(() => ONCE));
  await waitFor('the log', () => worker?.lines('engine_rights_found').length);
  // What happened before the right was there is counted, too.
  await waitFor('the figures', async () => {
    const { 'camunda_process_instances_total completed': completed } = await figures();
    return completed === started.length;
  });
  expect(await figures()).toMatchObject({
    fareruleworkerpool_exporter_up: 1,
    // The first one had started before there was a pool.
    'camunda_process_instances_total started': 3,
    'camunda_process_instances_total active': 0,
    camunda_external_tasks_pending: 0,
  });
  // What the exporter reads.
  expect(await user.countProcessInstances({ finished: true })).toBe(4);
  expect(await user.activityInstances(waiting.id)).toHaveLength(
    (await refunds.engine.activityInstances(waiting.id)).length,
  );

  // And nothing else: it neither starts refunds nor decides reviews.
  const review = await startMarked(refunds, { mark: 'in hospital' });
  const task = await refunds.engine.userTask(review.id, 'task_manual_review');
  await expect(user.claim(task.id, USER.username)).rejects.toMatchObject({ response: { status: 403 } });
  await expect(user.submitForm(task.id, { approved: true })).rejects.toMatchObject({
    response: { status: 403 },
  });
  // It does not even see the process to start.
  await expect(user.startRefund({ bookingId: 'T-1' })).rejects.toMatchObject({ response: { status: 404 } });
}, 120_000);

test('a user whose right to the history was taken away tells nothing more of it', async () => {
  await revoke('READ_HISTORY');
  await waitFor('the exporter', async () => (await figures()).fareruleworkerpool_exporter_up === 0);
  expect(await user.countProcessInstances({ finished: true })).toBe(0);
}, 60_000);

test('a user who may see tasks and not take them is told so by the condition', async () => {
  await revoke('UPDATE_INSTANCE');
  // A right that was found is believed for a minute; an operator that starts asks anew.
  await cluster.stopOperators();
  await cluster.startLeader();
  const { message } = await cluster.condition('pool', 'EngineReachable', 'CountFailed', 30_000);
  expect(message).toContain(
    'the engine gives no tasks to a user without the right to them: grant UPDATE_INSTANCE',
  );
}, 120_000);
