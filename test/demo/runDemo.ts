/**
 * The demo's run against an environment that is up, with the pool ready:
 * refund requests arrive, the view shows what happens, and the run counts as
 * good only when the verdict finds nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../environment/environment.ts';
import { standInControl } from '../llm/control.ts';
import { ROOT } from '../support/paths.ts';
import { say } from '../support/step.ts';
import { sleep } from '../support/wait.ts';
import { startBackOffice } from './backOffice.ts';
import { type EngineCalls, engineCalls } from './engineCalls.ts';
import { liveView } from './live.ts';
import { DEFAULT_LOAD, type LoadOptions, type PlannedRequest, planLoad } from './load.ts';
import { readOutcomes } from './outcomes.ts';
import { reportHtml } from './report.ts';
import { type Sampler, startSampler } from './sampler.ts';
import type { Run } from './samples.ts';
import { scaleReader } from './scaleReader.ts';
import { summarise, summaryLines } from './summary.ts';
import { closingLine, verdict } from './verdict.ts';

export interface DemoOptions {
  namespace: string;
  pool: string;
  load?: LoadOptions;
  /** Where report.html and run.json go. */
  reportDir?: string;
  /** Longest wait, after the last request was sent, for all to end and for replicas to come back. */
  settleMs?: number;
}

export interface DemoResult {
  ok: boolean;
  /** `demo: N started, N decided, N ended, S s` */
  closingLine: string;
  report: string;
}

export async function runDemo(environment: Environment, options: DemoOptions): Promise<DemoResult> {
  const { load = DEFAULT_LOAD, reportDir = join(ROOT, 'test/report'), settleMs = 240_000 } = options;
  const engine = engineCalls(environment.engines);
  const scale = scaleReader(environment.kubeconfig, options.namespace, options.pool);
  const { controlURL, standIn } = environment.llm;
  if (controlURL) await standInControl(controlURL).clearCalls();

  const startedAt = new Date();
  const name = startedAt.getTime().toString(36).toUpperCase();
  const prefix = `DEMO-${name}-`;
  const plan = planLoad(name, startedAt, load);
  const requests = new Map<string, PlannedRequest>();
  say(
    `\n${plan.length} refund requests over ${load.overMs / 1_000} s, ${Math.round(load.burstShare * 100)} % of them at once`,
  );
  say(
    `LLM: ${standIn ? 'stand-in (not OpenAI)' : `the real API at ${environment.llm.baseURL}`}; back office: stand-in\n`,
  );

  const sources = { environment, engine, scale, prefix, started: () => requests.size };
  const sampler = await startSampler(
    sources,
    liveView(process.stdout, { total: plan.length, standInLlm: standIn }),
  );
  const backOffice = startBackOffice(engine, prefix, (instance) => requests.get(instance));
  let endedAt: number;
  try {
    await sendAll(engine, plan, requests);
    endedAt = await settled(sampler, plan.length, settleMs);
  } finally {
    await Promise.all([sampler.stop(), backOffice.stop()]);
  }
  const evidence = {
    samples: sampler.samples,
    outcomes: await readOutcomes(engine, requests, startedAt),
    incidents: await engine.countIncidents(),
    standInLlm: standIn,
  };
  const run: Run = {
    ...evidence,
    startedAt: startedAt.toISOString(),
    seconds: endedAt,
    cluster: environment.cluster,
    machine: { cores: cpus().length, memoryGB: Math.round(totalmem() / 2 ** 30), node: process.version },
    events: await scale.events(startedAt),
    backOffice: backOffice.completed,
    problems: verdict(evidence),
  };
  const report = writeReport(run, reportDir);
  return { ok: run.problems.length === 0, closingLine: closingLine(run.outcomes, run.seconds), report };
}

/** Sends each request at its time, without waiting for the ones before it. */
async function sendAll(
  engine: EngineCalls,
  plan: readonly PlannedRequest[],
  requests: Map<string, PlannedRequest>,
): Promise<void> {
  const start = performance.now();
  const sent: Promise<void>[] = [];
  for (const request of plan) {
    await sleep(Math.max(0, request.atMs - (performance.now() - start)));
    sent.push(
      engine.start(request).then((instance) => {
        requests.set(instance, request);
      }),
    );
  }
  await Promise.all(sent);
}

/**
 * Waits until every process has ended and the replicas are back at their
 * minimum, or until the time is up: the verdict then says what is missing.
 * @returns the second at which the last process had ended, else the last second
 */
async function settled(sampler: Sampler, total: number, settleMs: number): Promise<number> {
  const end = performance.now() + settleMs;
  while (performance.now() < end) {
    const last = sampler.samples.at(-1);
    const scale = last?.scale;
    const back = scale && scale.desired === scale.minReplicas && scale.replicas === scale.minReplicas;
    if (last?.ended === total && back) break;
    await sleep(250);
  }
  return (sampler.samples.find(({ ended }) => ended === total) ?? sampler.samples.at(-1))?.t ?? 0;
}

function writeReport(run: Run, directory: string): string {
  const summary = summarise(run);
  const report = join(directory, 'report.html');
  mkdirSync(directory, { recursive: true });
  writeFileSync(report, reportHtml(run, summary));
  writeFileSync(join(directory, 'run.json'), `${JSON.stringify(run, null, 1)}\n`);
  say('');
  for (const line of summaryLines(run, summary)) say(line);
  for (const problem of run.problems) say(`FAILED: ${problem}`);
  say(`Report             ${report}`);
  return report;
}
