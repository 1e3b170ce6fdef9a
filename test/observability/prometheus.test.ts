/**
 * A real Prometheus scrapes the operator and a worker's pod, by the PodMonitor that the chart renders,
 * while fifty refunds whose truth is known run on a real engine. Every query of the dashboard has to say something
 * then, and what is known has to be said exactly. The model is the stand-in (not OpenAI).
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { folderOf, KUBERNETES } from '../../charts/checks/charts.ts';
import { buildHelm } from '../../charts/tools/helm.ts';
import { environment } from '../environment/environment.ts';
import { IDLE_WORKER, type Live, TestCluster } from '../integration/operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from '../integration/refundProcess.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { run } from '../support/process.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { filledIn, QUERIES, queryOf, variable } from './dashboardQueries.ts';
import { runFiftyRefunds, TRUTH } from './fiftyRefunds.ts';
import { type PrometheusServer, type Sample, startPrometheus } from './prometheusServer.ts';
import { installPrometheus } from './promtool.ts';
import { discovered, type PodMonitor, scrapeConfig } from './scrapeConfig.ts';

const POOL = 'llm-worker';
/** Wide enough for the whole run: a rate over it is what has grown, in five minutes. */
const RANGE = '5m';
const MINUTES = 5;

let cluster: TestCluster;
let operator: Awaited<ReturnType<TestCluster['startLeader']>>;
let llm: StandIn;
let refunds: RefundProcess;
let prometheus: PrometheusServer;
let grafana: Record<string, string>;

async function rendered(template: string, monitoring: object): Promise<unknown> {
  const args = ['template', 'ticket-refund', folderOf('ticket-refund'), '--namespace', cluster.namespace];
  const values = ['--set-json', `monitoring=${JSON.stringify(monitoring)}`, '--kube-version', KUBERNETES];
  return parse(await run(await buildHelm(), [...args, ...values, '-s', `templates/monitoring/${template}`]));
}

beforeAll(async () => {
  await installPrometheus();
  cluster = await TestCluster.open('observability');
  llm = await startStandIn({ host: environment().hostAddress, latencyMs: { min: 100, max: 100 } });
  refunds = await deployRefundProcess();
  operator = await cluster.startLeader({ ...(await cluster.serveMetrics()), EXPORTER_INTERVAL_SECONDS: '1' });
  await cluster.secret('openai', { 'api-key': 'key' });
  await cluster.createPool(POOL, {
    engine: {
      urls: environment().engines,
      topic: refunds.topic,
      processDefinitionKeys: [refunds.engine.processKey],
    },
    llm: {
      baseURL: llm.baseURL,
      credentials: [{ secretRef: { name: 'openai' } }],
      quotas: [{ requestsPerMinute: 6_000 }],
      budget: { perHourUSD: 10, perDayUSD: 100 },
    },
    cache: {},
    worker: IDLE_WORKER,
    scaling: { minReplicas: 1, maxReplicas: 1, cpuUtilization: 0 },
  });
  const monitor = (await rendered('podmonitor.yaml', { podMonitor: { enabled: true } })) as PodMonitor;
  const rules = (await rendered('alerts.yaml', {
    prometheusRule: { enabled: true },
    rules: { thresholds: { noLeaderFor: '3s' }, runbookBaseURL: 'https://runbooks.example/' },
  })) as { spec: object };
  const pods = await waitFor(
    'the worker’s pod to be ready',
    async () => {
      const found = await cluster.list('v1', 'Pod');
      const ready = (pod: Live) =>
        pod.status.conditions?.some(
          ({ type, status }: Record<string, string>) => type === 'Ready' && status === 'True',
        );
      return found.length > 0 && found.every(ready) ? found : undefined;
    },
    { timeoutMs: 120_000 },
  );
  const directory = mkdtempSync(join(tmpdir(), 'frwp-targets-'));
  writeFileSync(join(directory, 'pods.json'), JSON.stringify(discovered(pods)));
  prometheus = await startPrometheus(
    [
      scrapeConfig(monitor, join(directory, 'pods.json'), '1s'),
      {
        job_name: 'operator',
        honor_labels: true,
        static_configs: [
          {
            targets: [`127.0.0.1:${operator.metricsPort}`],
            labels: { namespace: cluster.operatorNamespace },
          },
        ],
      },
    ],
    rules.spec,
  );
  const said = (expr: string, value: number) =>
    waitFor(
      `${expr} to be ${value}`,
      async () => {
        const samples = await prometheus.query(expr);
        if (samples.length !== 1 || samples[0]?.value !== value) throw new Error(JSON.stringify(samples));
        return true;
      },
      { timeoutMs: 120_000 },
    );
  const process = `process="${refunds.engine.processKey}"`;
  // All counters are seen at 0 before the first refund: what Prometheus never saw smaller has not grown.
  await said('llm_worker_openai_api_calls_total', 0);
  await said(`sla_breaches_total{${process}}`, 0);
  await said(`camunda_process_instances_total{status="started",${process}}`, 0);
  await said('fareruleworkerpool_metrics_api_served', 1);
  await runFiftyRefunds(refunds, llm);
  await said(`camunda_process_instances_total{status="completed",${process}}`, TRUTH.refunds - TRUTH.active);
  await said('sum(fareruleworkerpool_spent_usd{period="day"}) > bool 0', 1);
  await sleep(3_000);
  grafana = { __rate_interval: RANGE, __range: RANGE };
  for (const name of ['namespace', 'pool', 'engine', 'process', 'topic']) {
    const { label, match } = variable(name);
    const values = await prometheus.labelValues(label, filledIn(match, grafana));
    grafana[name] = values.join('|');
  }
}, 400_000);

afterAll(async () => {
  await prometheus?.stop();
  await cluster?.close();
  await refunds?.remove();
  await llm?.stop();
}, 120_000);

/** What a panel says, evaluated when the process that tells it was scraped last: then nothing is extrapolated. */
async function panel(title: string, toldBy: 'operator' | 'worker'): Promise<Sample[]> {
  const metric = toldBy === 'operator' ? 'fareruleworkerpool_leader' : 'llm_worker_tasks_in_flight';
  const [at] = await prometheus.query(`timestamp(${metric})`);
  return prometheus.query(filledIn(queryOf(title), grafana), at?.value);
}

const by = (label: string, samples: Sample[]) =>
  Object.fromEntries(samples.map(({ labels, value }) => [labels[label], Number(value.toPrecision(9))]));
const only = (samples: Sample[]) => samples.map(({ value }) => Number(value.toPrecision(9)));
const nonZero = (values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

test('the variables of the dashboard find pool, engine, process and topic', () => {
  expect(grafana).toMatchObject({
    namespace: cluster.namespace,
    pool: POOL,
    engine: environment().engines[0],
    process: refunds.engine.processKey,
    topic: refunds.topic,
  });
});

test.each(QUERIES)('the dashboard shows data for $title', async ({ expr }) => {
  const samples = await prometheus.query(filledIn(expr, grafana));
  expect(samples.length).toBeGreaterThan(0);
  expect(samples.filter(({ value }) => !Number.isNaN(value)).length).toBeGreaterThan(0);
});

describe('what the dashboard says is what happened:', () => {
  const { active, decisions, failedCalls, inTime, late, refunds: all } = TRUTH;

  test('refunds started, ended and still active', async () => {
    expect(by('status', await panel('Process throughput', 'operator'))).toEqual({
      started: all / MINUTES,
      completed: (all - active) / MINUTES,
      terminated: 0,
    });
    expect(only(await panel('Active instances', 'operator'))).toEqual([active]);
    expect(only(await panel('Task queue depth', 'operator'))).toEqual([0]);
  });

  test('every decision', async () => {
    expect(by('decision', await panel('Decisions', 'operator'))).toEqual(decisions);
    expect(nonZero(by('source', await panel('Who decided', 'worker')))).toEqual({ llm: all / MINUTES });
  });

  test('every call to the model, and those that failed', async () => {
    expect(only(await panel('Calls', 'worker'))).toEqual([(all + failedCalls) / MINUTES]);
    expect(nonZero(by('code', await panel('Error rate', 'worker')))).toEqual({
      SERVER_ERROR: failedCalls / MINUTES,
    });
    expect(only(await panel('Share of failed calls', 'worker'))).toEqual([
      Number((failedCalls / (all + failedCalls)).toPrecision(9)),
    ]);
    for (const percentile of ['LLM response time', 'LLM response time 2', 'LLM response time 3']) {
      const [seconds] = only(await panel(percentile, 'worker'));
      // The stand-in takes a tenth of a second, which is in the bucket from 0.08 on.
      expect(seconds).toBeGreaterThan(0.08);
      expect(seconds).toBeLessThan(5);
    }
  });

  test('cost and tokens, to the last token', async () => {
    const answered = llm.calls().filter(({ status }) => status === 200);
    const sum = (tokens: 'promptTokens' | 'completionTokens') =>
      answered.reduce((total, call) => total + call[tokens], 0);
    const [input, output] = [sum('promptTokens'), sum('completionTokens')];
    expect(by('type', await panel('Tokens', 'worker'))).toEqual({
      input: input / MINUTES,
      output: output / MINUTES,
    });
    // The list price of gpt-4o-mini.
    const cost = Number(((input * 0.15 + output * 0.6) / 1e6).toPrecision(9));
    expect(only(await panel('Cost per hour', 'worker'))).toEqual([cost]);
    expect(only(await panel('Cost per day', 'worker'))).toEqual([cost]);
  });

  test('reviews in time and late', async () => {
    expect(only(await panel('SLA compliance', 'operator'))).toEqual([inTime / (inTime + late)]);
    expect(only(await panel('Late reviews', 'operator'))).toEqual([late]);
  });

  test('pods, and why there are so many', async () => {
    expect(only(await panel('Pods', 'operator'))).toEqual([1]);
    const reasons = by('type', await panel('Why this many pods', 'operator'));
    expect(reasons).toEqual({ ScalingActive: 1, ScalingLimited: 1 });
    expect(by('state', await panel('Keys', 'worker'))).toEqual({ usable: 1 });
  });
});

describe('the alerts', () => {
  const firing = async () => (await prometheus.alerts()).filter(({ state }) => state === 'firing');

  test('are silent while all is well', async () => {
    expect(await firing()).toEqual([]);
  });

  test('say that nobody leads when the operator has gone, with the runbook and after the time that the chart was given', async () => {
    await operator.stop();
    const [alert] = await waitFor('NoLeader to fire', async () => {
      const found = await firing();
      return found.length > 0 ? found : undefined;
    });
    expect(alert?.labels).toEqual({ alertname: 'NoLeader', severity: 'critical' });
    expect(alert?.annotations).toMatchObject({
      summary: 'No operator leads',
      runbook_url: 'https://runbooks.example/NoLeader.md',
    });
  });
});
