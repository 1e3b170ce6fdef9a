/**
 * `make compat`: the process, a worker and the operator's questions against each engine of `flavours.ts`, from Maven
 * Central. Needs no environment. Says of each what works; ends with 1 where something does not.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FilterSupport } from '../../operator/src/engine/filters.ts';
import { EngineHttp } from '../../operator/src/engine/http.ts';
import { pendingQuery } from '../../operator/src/engine/question.ts';
import { installPackages } from '../cluster/packages.ts';
import { accountsOf, ONCE, startMarked } from '../integration/accounting.ts';
import { OwnEngines, ownDirectory } from '../integration/ownEngines.ts';
import { deployRefundProcess, type RefundProcess } from '../integration/refundProcess.ts';
import { startWorker } from '../integration/workerHarness.ts';
import { startStandIn } from '../llm/standIn.ts';
import { CACHE, contentHash, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { say, step } from '../support/step.ts';
import { adapted, belongs, FLAVOURS, type Flavour } from './flavours.ts';

const ENGINE = join(ROOT, 'test', 'engine');

export async function compat(): Promise<number> {
  await step('Debian packages', installPackages);
  const home = ownDirectory('compat');
  // The harness of the suites wants to know where logs go.
  process.env.FRWP_ENVIRONMENT = join(home, 'environment.json');
  writeFileSync(process.env.FRWP_ENVIRONMENT, JSON.stringify({ logs: home, engines: [] }));
  const failed: string[] = [];
  for (const flavour of FLAVOURS) {
    const title = `${flavour.name} ${flavour.version} on Spring Boot ${flavour.springBoot}`;
    if (!title.includes(process.env.COMPAT ?? '')) continue;
    await step(
      title,
      () => tryOn(flavour),
      (found) => found.join('; '),
    ).catch((error: Error) => {
      say(error.message);
      failed.push(title);
    });
  }
  if (failed.length > 0) say(`FAILED: ${failed.join(', ')}; logs in ${home}`);
  else rmSync(home, { recursive: true, force: true });
  return failed.length > 0 ? 1 : 0;
}

/** Returns what was found. @throws Error that says what does not work */
async function tryOn(flavour: Flavour): Promise<string[]> {
  const jar = await packaged(flavour);
  const engines = await OwnEngines.open(`compat-${flavour.name}-${flavour.version}`);
  const llm = await startStandIn({ latencyMs: { min: 0, max: 5 } });
  try {
    const node = await engines.startNode({ launch: ['-jar', jar] });
    const refunds = await deployRefundProcess(engines.where);
    const worker = await startWorker({
      CAMUNDA_URL: node.baseURL,
      CAMUNDA_TOPIC: refunds.topic,
      OPENAI_BASE_URL: llm.baseURL,
    });
    try {
      const started = await Promise.all(Array.from({ length: 10 }, () => startMarked(refunds)));
      const wrong = (await accountsOf(refunds, started, llm.calls)).filter(
        (account) => JSON.stringify(account) !== JSON.stringify(ONCE),
      );
      if (wrong.length > 0) throw new Error(`not decided and paid once: ${JSON.stringify(wrong)}`);
      await reviewed(refunds);
    } finally {
      await worker.stop();
    }
    return [
      '10 refunds decided and paid once',
      'a review approved and paid',
      ...(await counted(refunds, node.baseURL)),
    ];
  } finally {
    await llm.stop();
    await engines.close();
  }
}

async function reviewed(refunds: RefundProcess): Promise<void> {
  const { id } = await startMarked(refunds, { mark: 'in hospital' });
  const task = await refunds.engine.userTask(id, 'task_manual_review');
  await refunds.engine.claim(task.id, 'agent');
  await refunds.engine.submitForm(task.id, { approved: true });
  const end = await refunds.engine.waitUntilEnded(id);
  if (end !== 'EndEvent_ReviewedRefund') throw new Error(`an approved review ended as ${end}`);
}

/** The operator's questions, with two tasks that nobody takes. */
async function counted(refunds: RefundProcess, url: string): Promise<string[]> {
  for (let task = 0; task < 2; task += 1) await refunds.start();
  const http = new EngineHttp({ auth: undefined });
  try {
    const question = { topic: refunds.topic, lockDurationMs: 1_000 };
    const count = await http.count(url, pendingQuery(question));
    if (count !== 2) throw new Error(`two tasks are counted as ${count}`);
    const topics = await http.topicNames(url, { withUnlockedTasks: 'true' });
    if (!topics.has(refunds.topic)) throw new Error('the topic is not listed');
    const filters = new FilterSupport((query) => http.count(url, query));
    const objection = await filters.objection({ ...question, processDefinitionKeys: ['any'] }, 0);
    const filter = objection === undefined ? 'known' : 'not known, which the condition says';
    return ['tasks counted', `spec.engine.processDefinitionKeys ${filter}`];
  } finally {
    http.close();
  }
}

/** The sample application on this engine, as one jar; kept in the cache. */
async function packaged(flavour: Flavour): Promise<string> {
  const sources = ['pom.xml', 'src'].map((part) => join(ENGINE, part));
  const hash = contentHash([...sources, join(import.meta.dirname, 'flavours.ts')], JSON.stringify(flavour));
  const home = join(CACHE, 'engine');
  const jar = join(home, `compat-${hash}.jar`);
  if (existsSync(jar)) return jar;
  mkdirSync(home, { recursive: true });
  const work = mkdtempSync(join(home, '.build-'));
  try {
    for (const part of ['pom.xml', 'src/main'])
      cpSync(join(ENGINE, part), join(work, part), { recursive: true });
    for (const path of readdirSync(work, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(java|xml|yaml)$/.test(path)) continue;
      const file = join(work, path);
      if (!belongs(path, flavour)) {
        rmSync(file);
        continue;
      }
      writeFileSync(file, adapted(path, readFileSync(file, 'utf8'), flavour));
    }
    await run('mvn', ['-q', '-B', '-ntp', 'package'], { cwd: work });
    cpSync(join(work, 'target', 'refund-engine.jar'), jar);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jar;
}
