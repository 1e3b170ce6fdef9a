/**
 * What a real Prometheus makes of an engine's figures while two operators lead by turns, scraped as the operator's
 * PodMonitor says. The two are stand-ins that tell one counter.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { folderOf, KUBERNETES } from '../../charts/checks/charts.ts';
import { buildHelm } from '../../charts/tools/helm.ts';
import { run } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { type PrometheusServer, startPrometheus } from './prometheusServer.ts';
import { installPrometheus } from './promtool.ts';
import { type PodMonitor, scrapeConfig } from './scrapeConfig.ts';

const CHART = 'fareruleworkerpool-operator';
const FIGURES = '{engine="http://e/engine-rest",process="ticket-refund"}';

let servers: Server[];
let prometheus: PrometheusServer;
/** Which of the two leads, and the total that it tells. */
let leader = 0;
let total = 100;

beforeAll(async () => {
  await installPrometheus();
  const args = ['template', CHART, folderOf(CHART), '--set', 'monitoring.podMonitor.enabled=true'];
  const monitor = ['--kube-version', KUBERNETES, '-s', 'templates/podmonitor.yaml'];
  const podMonitor = parse(await run(await buildHelm(), [...args, ...monitor])) as PodMonitor;
  servers = await Promise.all([operator(0), operator(1)]);
  // Only what is done with what was scraped: there are no pods to be found here.
  const { metric_relabel_configs, honor_labels } = scrapeConfig(podMonitor, '', '1s') as Record<
    string,
    object
  >;
  prometheus = await startPrometheus(
    [
      {
        job_name: 'operator',
        honor_labels,
        metric_relabel_configs,
        static_configs: servers.map((server, index) => ({
          targets: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
          labels: { pod: `operator-${index}`, container: 'operator' },
        })),
      },
    ],
    { groups: [] },
  );
}, 300_000);

afterAll(async () => {
  await prometheus?.stop();
  for (const server of servers ?? []) server.close();
});

/** Tells the engine's figures while it leads, and always that it is there. */
async function operator(index: number): Promise<Server> {
  const server = createServer((_request, response) => {
    const figures = `sla_breaches_total${FIGURES} ${total}\nmanual_review_duration_seconds_count${FIGURES} ${total}\n`;
    const leads = leader === index;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`fareruleworkerpool_leader ${leads ? 1 : 0}\n${leads ? figures : ''}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Once this leader's figures are what Prometheus has. */
async function seen(): Promise<void> {
  await waitFor(`Prometheus to see ${total}`, async () => {
    const [sample] = await prometheus.query('max(sla_breaches_total)');
    return sample?.value === total;
  });
}

test('figures of an engine go on as one series when leadership goes there and back', async () => {
  await seen();
  for (const next of [1, 0]) {
    total += 2;
    await seen();
    leader = next;
    // What is late between the last scrape of one and the first of the other.
    total += 3;
    await seen();
  }
  const [first, ...more] = await prometheus.query('last_over_time(sla_breaches_total[5m])');
  expect(more).toEqual([]);
  expect(Object.keys(first?.labels ?? {}).sort()).toEqual(['__name__', 'engine', 'job', 'process']);
  const grown = await prometheus.query(
    'max_over_time(sla_breaches_total[5m]) - min_over_time(sla_breaches_total[5m])',
  );
  expect(grown.map(({ value }) => value)).toEqual([10]);
  expect(await prometheus.query('resets(manual_review_duration_seconds_count[5m]) > 0')).toEqual([]);
}, 60_000);

test('what an operator tells of itself keeps its pod', async () => {
  const told = await prometheus.query('fareruleworkerpool_leader');
  expect(told.map(({ labels }) => labels.pod).sort()).toEqual(['operator-0', 'operator-1']);
});
