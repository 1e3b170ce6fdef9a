/** A Prometheus of a test's own, and questions to it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { stringify } from 'yaml';
import { freePort } from '../integration/workerHarness.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { PROMETHEUS } from './promtool.ts';

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface FiringAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
}

export interface PrometheusServer extends RunningProcess {
  /** An instant query. @param at seconds since the epoch; left out: now */
  query(expr: string, at?: number): Promise<Sample[]>;
  /** Values of a label among the series that match. */
  labelValues(label: string, match: string): Promise<string[]>;
  alerts(): Promise<FiringAlert[]>;
}

/** @param rules content of a rules file */
export async function startPrometheus(scrapeConfigs: object[], rules: object): Promise<PrometheusServer> {
  const directory = mkdtempSync(join(tmpdir(), 'frwp-prometheus-'));
  const port = await freePort();
  writeFileSync(join(directory, 'rules.yaml'), stringify(rules));
  writeFileSync(
    join(directory, 'prometheus.yaml'),
    stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [join(directory, 'rules.yaml')],
      scrape_configs: scrapeConfigs,
    }),
  );
  const server = await startProcess({
    name: 'prometheus',
    command: PROMETHEUS,
    args: [
      `--config.file=${join(directory, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: { NO_PROXY: '*', no_proxy: '*' },
    logFile: join(directory, 'prometheus.log'),
  });
  const http = axios.create({ baseURL: `http://127.0.0.1:${port}`, timeout: 10_000, proxy: false });
  await waitFor('Prometheus to be ready', async () => (await http.get('/-/ready')).status === 200);
  return {
    ...server,
    async query(expr, at) {
      const params = new URLSearchParams({ query: expr, ...(at !== undefined && { time: String(at) }) });
      const { data } = await http.post('/api/v1/query', params);
      const result = data.data.result as { metric: Record<string, string>; value: [number, string] }[];
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async labelValues(label, match) {
      const { data } = await http.get(`/api/v1/label/${label}/values`, { params: { 'match[]': match } });
      return data.data as string[];
    },
    alerts: async () => (await http.get('/api/v1/alerts')).data.data.alerts as FiringAlert[],
  };
}
